import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { LIMITS, type OpenBanditCase, openBanditFile } from './open-bandit.ts'

const script = join(import.meta.dirname, '..', '..', 'peers', 'open-bandit.py')
const python = process.env.ADSUM_OBP_PYTHON ?? process.env.ADSUM_PEERS_PYTHON ?? 'python3'

/** What obp says of one case. */
export interface ObpCase {
  readonly rows: number
  readonly earned: number
  readonly propensityMean: number
  readonly values: Readonly<Record<string, number>>
}

export interface ObpAnswer {
  readonly versions: Readonly<Record<string, string>>
  readonly policies: readonly ObpCase[]
}

/** The same cases through the Open Bandit Pipeline; `null`, with its words, where Python has none. */
export function openBanditPeer(
  cases: readonly OpenBanditCase[],
): { readonly answer: ObpAnswer } | { readonly answer: null; readonly why: string } {
  const folder = mkdtempSync(join(tmpdir(), 'adsum-open-bandit-'))
  try {
    const policies = cases.map((each, index) => layOut(each, folder, index))
    const file = join(folder, 'policies.json')
    writeFileSync(file, JSON.stringify(policies))
    const result = spawnSync(python, [script, folder, file], { encoding: 'utf8' })
    if (result.status === 0) return { answer: JSON.parse(result.stdout) as ObpAnswer }
    const last = (result.stderr ?? String(result.error)).trim().split('\n').at(-1)
    return { answer: null, why: `${python}: ${last}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Unpacks a log to where obp looks for it, and writes down what ours saw. */
function layOut(
  { log, probabilities, predictions }: OpenBanditCase,
  folder: string,
  index: number,
) {
  const source = openBanditFile(log)
  const target = join(folder, log.logged, log.campaign)
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, `${log.campaign}.csv`), gunzipSync(readFileSync(source)))
  cpSync(join(dirname(source), 'item_context.csv'), join(target, 'item_context.csv'))
  const written = (name: string, values: Float64Array): string => {
    const path = join(folder, `${index}-${name}`)
    writeFileSync(path, values)
    return path
  }
  return {
    ...log,
    probabilities: written('probabilities', probabilities),
    predictions: written('predictions', predictions),
    limits: LIMITS,
  }
}
