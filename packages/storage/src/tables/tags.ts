import { StorageFault } from '../fault.ts'

/** Tags of events at rest: for each event four bytes of a keyed hash of its id, in the order of the events. */
export const TAG_BYTES = 4

export function tagBytes(tags: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(tags.length * TAG_BYTES)
  for (let at = 0; at < tags.length; at++) bytes.writeUInt32LE(tags[at] as number, at * TAG_BYTES)
  return bytes
}

/**
 * The tags in a column.
 * @throws StorageFault `data_corrupt` when there are none: the row is no row that was written
 */
export function tagsOf(bytes: unknown): number[] {
  if (!(bytes instanceof Uint8Array) || bytes.length % TAG_BYTES !== 0) {
    throw new StorageFault('data_corrupt', { what: 'the tags of some events' })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tags: number[] = []
  for (let at = 0; at < bytes.length; at += TAG_BYTES) tags.push(view.getUint32(at, true))
  return tags
}
