/** Tags of events at rest: for each event four bytes of a keyed hash of its id, in the order of the events. */
export const TAG_BYTES = 4

export function tagBytes(tags: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(tags.length * TAG_BYTES)
  for (let at = 0; at < tags.length; at++) bytes.writeUInt32LE(tags[at] as number, at * TAG_BYTES)
  return bytes
}

export function tagsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tags: number[] = []
  for (let at = 0; at < bytes.length; at += TAG_BYTES) tags.push(view.getUint32(at, true))
  return tags
}
