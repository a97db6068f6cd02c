import { CsvSplitter, type Dialect, type TableEntry } from './csv.ts'
import { asUtf8 } from './encoding.ts'
import { type ByteSource, unpacked } from './source.ts'
import type { TableHints } from './table.ts'

/** What is known of an item beside the events. */
export interface ItemFacts {
  readonly title: string
  readonly genres: readonly string[]
}

/** Facts by item id. */
export type Catalogue = ReadonlyMap<string, ItemFacts>

/** A published data set of ratings, told by the names of its files. */
export interface Layout {
  /** The file of events, without `.gz`. */
  readonly events: RegExp
  readonly hints: TableHints
  /** Files with the titles, as far as there are any, and how to read them. */
  readonly catalogue: readonly string[]
  readCatalogue(files: readonly ByteSource[]): Promise<Catalogue>
}

const TABS: Dialect = { delimiter: '\t', quoted: false }
const COLONS: Dialect = { delimiter: '::', quoted: false }
const PIPES: Dialect = { delimiter: '|', quoted: false }
const SPACES: Dialect = { delimiter: ' ', quoted: false }

/** The flags in the last columns of `u.item`, in their order. */
const U_ITEM_GENRES =
  'unknown Action Adventure Animation Children Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical Mystery Romance Sci-Fi Thriller War Western'.split(
    ' ',
  )
const U_ITEM_FLAGS_START = 5

/**
 * The layouts of MovieLens: 100K (tabs), 1M and 10M (double colons), the newer ones (CSV with a
 * header), and the `user item` lines that SASRec made of 1M, whose ids need a table to find the title.
 */
export const layouts: readonly Layout[] = [
  {
    events: /^(u|u[1-5ab])\.(data|base|test)$/,
    hints: { dialect: TABS, columns: ['user', 'item', 'rating', 'timestamp'] },
    catalogue: ['u.item'],
    async readCatalogue([file]) {
      const catalogue = new Map<string, ItemFacts>()
      for await (const [id = '', title = '', ...rest] of rowsOf(file, PIPES, 'latin-1')) {
        const flags = rest.slice(U_ITEM_FLAGS_START - 2)
        catalogue.set(id, { title, genres: U_ITEM_GENRES.filter((_, flag) => flags[flag] === '1') })
      }
      return catalogue
    },
  },
  {
    events: /^ratings\.dat$/,
    hints: { dialect: COLONS, columns: ['user', 'item', 'rating', 'timestamp'] },
    catalogue: ['movies.dat'],
    readCatalogue: ([movies]) => readMovies(movies, COLONS, 'latin-1'),
  },
  {
    events: /^ratings\.csv$/,
    hints: {},
    catalogue: ['movies.csv'],
    readCatalogue: ([movies]) => readMovies(movies, { delimiter: ',', quoted: true }, 'utf-8'),
  },
  {
    events: /^ml-1m\.txt$/,
    hints: { dialect: SPACES, columns: ['user', 'item'] },
    catalogue: ['movies.dat', 'sas_to_original_items.txt'],
    async readCatalogue([movies, numbers]) {
      const originals = await readMovies(movies, COLONS, 'latin-1')
      const catalogue = new Map<string, ItemFacts>()
      for await (const [id = '', original = ''] of rowsOf(numbers, SPACES, 'utf-8')) {
        const facts = originals.get(original)
        if (facts !== undefined) catalogue.set(id, facts)
      }
      return catalogue
    },
  },
]

async function readMovies(
  file: ByteSource | undefined,
  dialect: Dialect,
  encoding: 'latin-1' | 'utf-8',
): Promise<Catalogue> {
  const catalogue = new Map<string, ItemFacts>()
  for await (const [id = '', title = '', genres = ''] of rowsOf(file, dialect, encoding)) {
    const named = genres === '' || genres.startsWith('(') ? [] : genres.split('|')
    catalogue.set(id, { title, genres: named })
  }
  return catalogue
}

async function* rowsOf(
  file: ByteSource | undefined,
  dialect: Dialect,
  encoding: 'latin-1' | 'utf-8',
): AsyncGenerator<readonly string[]> {
  if (file === undefined) return
  const splitter = new CsvSplitter(dialect)
  const cells = (entries: readonly TableEntry[]) =>
    entries.flatMap((entry) => ('cells' in entry ? [entry.cells] : []))
  for await (const chunk of asUtf8(unpacked(file), encoding)) yield* cells(splitter.write(chunk))
  yield* cells(splitter.finish())
}
