import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StorageFault } from './fault.ts'
import { destroyFileOffLoop, syncFolderOffLoop, writeFileOffLoop } from './off-loop-files.ts'

const SUFFIX = '.model'
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/
const MODEL_FILE_MODE = 0o600

/**
 * The models of an app as files named by their id. Only those with a row in the table `models` count;
 * `sweep` destroys what a crash left without one.
 */
export class ModelFiles {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Writes a model so that it is there whole or not at all; returns the SHA-256 of its bytes. */
  async write(id: string, model: Uint8Array): Promise<string> {
    const path = this.#path(id)
    // A copy: the caller's bytes may change meanwhile, or lie in memory that threads share.
    const bytes = model.slice()
    await writeFileOffLoop(path, bytes, MODEL_FILE_MODE)
    return sha256(bytes)
  }

  /** Reads a model. @throws StorageFault `data_corrupt` when it is not what was published. */
  async read(id: string, expected: string): Promise<Uint8Array> {
    const path = this.#path(id)
    if (!existsSync(path)) throw new StorageFault('data_corrupt', { what: `${path} is missing` })
    const file = await readFile(path)
    const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length)
    if ((await sha256(bytes)) !== expected) throw new StorageFault('data_corrupt', { what: path })
    return bytes
  }

  /** Overwrites and unlinks every file but those of the models named. */
  async sweep(keep: readonly string[]): Promise<void> {
    const kept = new Set(keep.map((id) => id + SUFFIX))
    const left = (await readdir(this.folder)).filter((name) => !kept.has(name))
    for (const name of left) await destroyFileOffLoop(join(this.folder, name))
    if (left.length > 0) await syncFolderOffLoop(this.folder)
  }

  #path(id: string): string {
    if (!MODEL_ID.test(id)) {
      throw new StorageFault('request_invalid', { problem: `"${id}" is no model id` })
    }
    return join(this.folder, id + SUFFIX)
  }
}

/** Off the event loop: models have tens of megabytes. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes)
  return Buffer.from(digest).toString('hex')
}
