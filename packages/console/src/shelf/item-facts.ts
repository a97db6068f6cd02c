import type { ItemsView } from '@adsum/protocol'

type Item = ItemsView['items'][number]

/** The first attribute with tags, such as genres; empty when there is none. */
export function tagsOf(item: Item | undefined): readonly string[] {
  return Object.values(item?.attributes ?? {}).find((value) => Array.isArray(value)) ?? []
}

/** "1988 · mystery, thriller": what is known of an item beside its title; empty when nothing is. */
export function factsOf(item: Item | undefined): string {
  const year = item?.attributes.year
  const parts = [typeof year === 'number' ? String(year) : '', tagsOf(item).join(', ')]
  return parts.filter((part) => part !== '').join(' · ')
}
