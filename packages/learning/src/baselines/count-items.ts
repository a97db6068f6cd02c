/** How often each item occurs; entries of -1 are passed over. */
export function countItems(items: Int32Array, itemCount: number): Int32Array {
  const counts = new Int32Array(itemCount)
  for (const item of items) if (item >= 0) counts[item] = (counts[item] as number) + 1
  return counts
}
