import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AdsumError, type FileView } from '@adsum/protocol'
import type { Encoding } from './encoding.ts'
import { type Catalogue, type Layout, layouts } from './movielens.ts'
import { type ByteSource, fileSource } from './source.ts'
import { openTable, type Table } from './table.ts'

/** Someone's data: a table of events and, for well-known sets, titles beside it. */
export interface DataSet {
  readonly name: string
  readonly format: FileView['format']
  readonly table: Table
  /** Facts about items; empty where there are none. */
  readCatalogue(): Promise<Catalogue>
}

/**
 * Opens a file, or a folder that holds a well-known data set.
 * @param options.name what people call the file, when its path says something else.
 * @throws AdsumError `file_not_found`, `file_empty`, `file_columns_unclear`
 */
export async function openDataSet(
  path: string,
  options: { readonly name?: string; readonly encoding?: Encoding } = {},
): Promise<DataSet> {
  const found = await stat(path).catch(() => null)
  if (found === null) throw new AdsumError('file_not_found', { path })
  if (found.isDirectory()) return openFolder(path)
  const source = await fileSource(path, options.name)
  // An upload lies alone in its folder: only a file under its own name has neighbours.
  const folder = options.name === undefined ? dirname(path) : null
  for (const layout of layouts) {
    if (!layout.events.test(withoutGz(source.name))) continue
    const neighbours = await findCatalogue(layout, folder)
    // A name as common as ratings.csv says little without the file of titles beside it.
    if (layout.hints.columns === undefined && neighbours === null) continue
    return openLayout(source, layout, neighbours)
  }
  const encoding = options.encoding
  const table = await openTable(source, encoding === undefined ? {} : { encoding })
  return { name: source.name, format: table.format, table, readCatalogue: async () => new Map() }
}

async function openFolder(path: string): Promise<DataSet> {
  const names = (await readdir(path)).sort()
  for (const layout of layouts) {
    const events = names.find((name) => layout.events.test(withoutGz(name)))
    if (events === undefined) continue
    const catalogue = await findCatalogue(layout, path)
    const dataSet = await openLayout(await fileSource(join(path, events)), layout, catalogue)
    return { ...dataSet, name: basename(path) }
  }
  throw new AdsumError('file_columns_unclear', {
    problem: `the folder ${path} holds none of u.data, ratings.dat, ratings.csv, ml-1m.txt; name a file in it`,
  })
}

async function openLayout(
  source: ByteSource,
  layout: Layout,
  catalogue: readonly ByteSource[] | null,
): Promise<DataSet> {
  return {
    name: source.name,
    format: 'movielens',
    table: await openTable(source, layout.hints),
    readCatalogue: async () => (catalogue === null ? new Map() : layout.readCatalogue(catalogue)),
  }
}

/** The files with the titles, or null unless all of them are there. */
async function findCatalogue(
  layout: Layout,
  folder: string | null,
): Promise<readonly ByteSource[] | null> {
  if (folder === null) return null
  const paths = await Promise.all(layout.catalogue.map((name) => packedOrPlain(folder, name)))
  const present = paths.filter((path) => path !== null)
  if (present.length < paths.length) return null
  return Promise.all(present.map((path) => fileSource(path)))
}

async function packedOrPlain(folder: string, name: string): Promise<string | null> {
  for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
    if ((await stat(path).catch(() => null))?.isFile() === true) return path
  }
  return null
}

function withoutGz(name: string): string {
  return name.toLowerCase().replace(/\.gz$/, '')
}
