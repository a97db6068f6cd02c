import { PAGE_BYTES } from './database.ts'

/**
 * The pages of a database as a file (https://www.sqlite.org/fileformat2.html#b_tree_pages): a tree for each
 * table and index, overflow pages that hang on rows, and pages that are free.
 */

/** What a page with children says of itself; others are leaves. */
const INTERIOR_INDEX = 0x02
const INTERIOR_TABLE = 0x05
/** Bytes before the head of the first page. */
const FILE_HEAD_BYTES = 100
/** Where numbers stand in that head. */
const FIRST_FREE_AT = 32
/** Bytes of the head of a page with children, and where numbers stand in it. */
const HEAD_BYTES = 12
const CELLS_AT = 3
const LAST_CHILD_AT = 8
const CELL_POINTER_BYTES = 2
const CHILD_BYTES = 4
/** Levels of a tree: each multiplies its size by more than two. */
const DEPTH_MAX = 32
const VARINT_BYTES_MAX = 9

/** Reads a page, which counts from 1. */
export type ReadPage = (page: number) => Buffer

/** A tree of the database. */
export interface Root {
  readonly name: string
  readonly page: number
}

/** The rows on a leaf of a table have numbers above `after`, up to `upTo`. */
export interface Leaf {
  readonly page: number
  readonly table: string
  readonly after: number
  readonly upTo: number
}

/** What becomes of pages that are damaged. */
export interface PageUses {
  /** Leaves among them. */
  readonly leaves: readonly Leaf[]
  /** Those on which others hang: roots, pages with children, indexes, lists. */
  readonly structure: readonly number[]
}

/**
 * What some pages are for. Those in neither list hold part of a single row, or nothing.
 * Only pages with children are read: one in a few hundred.
 */
export function usesOf(
  pages: ReadonlySet<number>,
  roots: readonly Root[],
  read: ReadPage,
): PageUses {
  const leaves: Leaf[] = []
  const structure = [...freeLists(read)].filter((page) => pages.has(page))
  if (pages.has(1)) structure.push(1)
  for (const root of roots) {
    const whole = { page: root.page, after: Number.NEGATIVE_INFINITY, upTo: Infinity }
    const depth = depthOf(root.page, read)
    let level: Omit<Leaf, 'table'>[] = [whole]
    for (let below = depth; below > 0; below--) {
      // The children of a damaged page are not to be believed.
      structure.push(...level.map(({ page }) => page).filter((page) => pages.has(page)))
      level = level.filter(({ page }) => !pages.has(page)).flatMap((of) => childrenOf(of, read))
    }
    for (const leaf of level) {
      if (pages.has(leaf.page)) leaves.push({ ...leaf, table: root.name })
    }
  }
  return { leaves, structure }
}

/** Pages with children between a root and its leaves. */
function depthOf(root: number, read: ReadPage): number {
  let page = root
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const bytes = read(page)
    if (!hasChildren(bytes, page)) return depth
    const head = headOf(page)
    page = bytes.readUInt32BE(cellAt(bytes, head, 0) ?? head + LAST_CHILD_AT)
  }
  return 0
}

function childrenOf(of: Omit<Leaf, 'table'>, read: ReadPage): Omit<Leaf, 'table'>[] {
  const bytes = read(of.page)
  if (!hasChildren(bytes, of.page)) return []
  const head = headOf(of.page)
  const isTable = bytes[head] === INTERIOR_TABLE
  const children: Omit<Leaf, 'table'>[] = []
  let { after } = of
  for (let cell = 0; cell < bytes.readUInt16BE(head + CELLS_AT); cell++) {
    const at = cellAt(bytes, head, cell)
    if (at === null) return children
    const upTo = isTable ? varint(bytes, at + CHILD_BYTES) : of.upTo
    children.push({ page: bytes.readUInt32BE(at), after, upTo })
    if (isTable) after = upTo
  }
  children.push({ page: bytes.readUInt32BE(head + LAST_CHILD_AT), after, upTo: of.upTo })
  return children
}

function hasChildren(bytes: Buffer, page: number): boolean {
  const kind = bytes[headOf(page)]
  return kind === INTERIOR_INDEX || kind === INTERIOR_TABLE
}

function headOf(page: number): number {
  return page === 1 ? FILE_HEAD_BYTES : 0
}

/** Where a cell begins; null where there is none. */
function cellAt(bytes: Buffer, head: number, cell: number): number | null {
  if (cell >= bytes.readUInt16BE(head + CELLS_AT)) return null
  const at = bytes.readUInt16BE(head + HEAD_BYTES + cell * CELL_POINTER_BYTES)
  return at + CHILD_BYTES <= PAGE_BYTES ? at : null
}

/** A number of one to nine bytes, seven bits in each, the highest first. */
function varint(bytes: Buffer, at: number): number {
  let value = 0
  for (let place = 0; place < VARINT_BYTES_MAX; place++) {
    const byte = bytes[at + place] ?? 0
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) break
  }
  return value
}

/** The pages that list free ones. */
function* freeLists(read: ReadPage): Iterable<number> {
  const seen = new Set<number>()
  let page = read(1).readUInt32BE(FIRST_FREE_AT)
  while (page !== 0 && !seen.has(page)) {
    seen.add(page)
    yield page
    page = read(page).readUInt32BE(0)
  }
}
