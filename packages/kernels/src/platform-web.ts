/** Fetches a built kernel. Throws when the server does not have it. */
export async function loadWasm(file: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(file)
  if (!response.ok) throw new Error(`kernels: ${file.href} answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}
