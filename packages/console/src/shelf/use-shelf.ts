import {
  AdsumError,
  type AppView,
  type Decision,
  type ItemsView,
  type PersonalizationLevel,
  type UserView,
} from '@adsum/protocol'
import {
  keepPreviousData,
  type QueryKey,
  type UseQueryResult,
  useQuery,
} from '@tanstack/react-query'
import { clientOf } from '../api.ts'

/** Films on a shelf. */
const SHELF_LENGTH = 6
/** Films of the past that are shown. */
export const WATCHED_SHOWN = 6

export interface ShelfQuestion {
  readonly app: AppView
  readonly user: string
  readonly personalization: PersonalizationLevel
}

/** A shelf, what it was made of, and what is known of the items on it: all of one moment. */
export interface ShelfView {
  readonly decision: Decision
  /** What the answer was allowed to use. */
  readonly asked: PersonalizationLevel
  /** `null` for somebody of whom nothing is recorded. */
  readonly history: UserView | null
  readonly items: ReadonlyMap<string, ItemsView['items'][number]>
}

export function shelfKey({ app, user, personalization }: ShelfQuestion): QueryKey {
  return ['shelf', app.name, user, personalization]
}

/** Somebody's shelf. The last one stays until the next has come. */
export function useShelf(question: ShelfQuestion): UseQueryResult<ShelfView> {
  return useQuery({
    queryKey: shelfKey(question),
    queryFn: () => fetchShelf(question),
    placeholderData: keepPreviousData,
  })
}

async function fetchShelf({ app, user, personalization }: ShelfQuestion): Promise<ShelfView> {
  const client = clientOf(app.name)
  const surface = app.surfaces[0]?.name ?? ''
  const [decision, history] = await Promise.all([
    client.decide({ surface, user, personalization, limit: SHELF_LENGTH }),
    client.readUser(user).catch(nobodyIfUnknown),
  ])
  const watched = history?.latest.slice(0, WATCHED_SHOWN).flatMap(({ item }) => item ?? []) ?? []
  const ids = new Set([...decision.choices.map(({ item }) => item), ...watched])
  const items = await client.listItems({ ids: [...ids] })
  return {
    decision,
    asked: personalization,
    history,
    items: new Map(items.map((item) => [item.id, item])),
  }
}

function nobodyIfUnknown(fault: unknown): null {
  if (fault instanceof AdsumError && fault.code === 'user_unknown') return null
  throw fault
}
