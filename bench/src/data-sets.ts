import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** Where the public data sets lie; they are not part of the repository. */
export const dataSetsFolder: string =
  process.env.ADSUM_DATASETS ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'data')

/** The folder of a data set; ends the process with a clear word when it is missing. */
export function dataSet(name: string): string {
  const folder = join(dataSetsFolder, name)
  if (!existsSync(folder)) {
    console.error(
      `The data set ${name} is not in ${dataSetsFolder}. Set ADSUM_DATASETS to its folder.`,
    )
    process.exit(1)
  }
  return folder
}

/** The lines of a text file, packed or not, without the empty last one. */
export function linesOf(path: string): string[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text.replace(/\n$/, '').split('\n')
}
