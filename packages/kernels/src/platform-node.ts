import { readFile } from 'node:fs/promises'

/** Reads a built kernel from disk. */
export async function loadWasm(file: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(file))
}
