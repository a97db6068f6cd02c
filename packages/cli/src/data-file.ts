import {
  chooseMapping,
  type DateOrder,
  type Encoding,
  encodings,
  type FileOrder,
  type FileProgress,
  openDataSet,
  understand,
  viewFile,
} from '@adsum/engine'
import type { FileView, Mapping } from '@adsum/protocol'
import { type Command, Option } from 'commander'
import type { Context } from './context.ts'
import { parseMapping, showColumns } from './mapping-option.ts'

/** Options of commands that read a file. */
export interface FileOptions {
  readonly map?: readonly string[]
  readonly encoding?: Encoding
  readonly dates?: DateOrder
  readonly onProblem: 'skip' | 'stop'
}

export function addFileOptions(command: Command): Command {
  return command
    .option('--map <role=column...>', 'which column is which: user, item, time, value, type, title')
    .addOption(new Option('--encoding <name>', 'how characters are written').choices(encodings))
    .addOption(
      new Option('--dates <order>', 'how dates such as 03/04/2026 are to be read').choices([
        'day-first',
        'month-first',
      ]),
    )
    .addOption(
      new Option('--on-problem <what>', 'skip bad rows, or stop and keep nothing')
        .choices(['skip', 'stop'])
        .default('skip'),
    )
}

/** In words: what is being done with a file. */
export const STEPS: Readonly<Record<FileProgress['step'], string>> = {
  reading: 'reading',
  learning: 'learning from the earlier part',
  asking: 'asking about the later part',
}

/** A file whose columns are settled. */
export interface SettledFile {
  readonly view: FileView
  readonly mapping: Mapping
  /** How to have it read. */
  readonly order: FileOrder
}

/**
 * Looks at a file and settles which column is which; shows it.
 * @throws AdsumError `file_not_found`, `file_empty`, `file_columns_unclear`
 */
export async function settleFile(
  context: Context,
  typed: string,
  options: FileOptions,
): Promise<SettledFile> {
  const { output, world } = context
  const path = context.path(typed)
  const asked = parseMapping(options.map)
  const { encoding, dates, onProblem } = options
  const file = understand(await openDataSet(path, encoding === undefined ? {} : { encoding }))
  const { name, table } = file.dataSet
  const identity = { file: path, name, bytes: table.source.bytes }
  const view = viewFile(file, identity, world.clock.now())
  const mapping = chooseMapping(file, asked, dates)
  output.say(`${name}:`)
  showColumns(output, view.columns, mapping, asked !== undefined)
  output.say()
  return {
    view,
    mapping,
    order: {
      path,
      mapping,
      onProblem,
      ...(encoding === undefined ? {} : { encoding }),
      ...(dates === undefined ? {} : { dateOrder: dates }),
    },
  }
}
