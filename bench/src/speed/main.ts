import { parseArgs } from 'node:util'
import { machine } from '../machine.ts'
import { regret } from '../regret/regret.ts'
import { decideHttp } from './decide-http.ts'
import { decisions } from './decisions.ts'
import { erase } from './erase.ts'
import { fit } from './fit.ts'
import { ingest } from './ingest.ts'
import { learn } from './learn.ts'
import { memory } from './memory.ts'
import { overload } from './overload.ts'

/** What a workload measured. `peer` and `ratio` (ours to the peer's) are null where there is none. */
export interface Measured {
  readonly ours: number
  readonly peer: number | null
  readonly ratio: number | null
  readonly unit: string
  /** Further figures, which stand beside these in the JSON object. */
  readonly figures?: Readonly<Record<string, unknown>>
  /** Everything else that was seen. */
  readonly details: Readonly<Record<string, unknown>>
}

interface Workload {
  readonly about: string
  readonly run: (options: {
    readonly seed: number
    readonly count: number | null
  }) => Promise<Measured>
}

/** Every speed workload, by name. */
const workloads: Readonly<Record<string, Workload>> = {
  learn: { about: 'MovieLens-1M: from the ratings file to a served model', run: learn },
  fit: { about: 'the fit alone, against numpy and scipy on the same statistics', run: fit },
  decisions: {
    about: 'POST /v1/decisions: 20 titles with reasons, 32 connections',
    run: decisions,
  },
  'decide-http': {
    about: 'decisions and their rewards as an Azure Personalizer client sends them, 50 actions',
    run: decideHttp,
  },
  ingest: {
    about: 'POST /v1/events: batches and single events, against a bare loop of SQLite inserts',
    run: ingest,
  },
  overload: {
    about: 'POST /v1/events at five times the capacity, and one key of four that floods',
    run: overload,
  },
  memory: { about: 'resident memory with a million events of 10,000 people at rest', run: memory },
  regret: { about: 'regret in simulated worlds, against Vowpal Wabbit', run: regret },
  erase: { about: 'erasing people of MovieLens-1M, each compared with a rebuild', run: erase },
}

const usage = `Usage: npm run -s bench -- <workload> [--json] [--seed N] [--count N]

Measures speed, against a peer in the same run where there is one.
  --list   names the workloads
  --json   prints one JSON object last
  --count  people to erase, or seconds to ask; each workload has its default
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    count: { type: 'string' },
  },
})

const name = positionals[0] ?? ''
const workload = Object.hasOwn(workloads, name) ? workloads[name] : undefined
if (values.list) {
  for (const [known, { about }] of Object.entries(workloads)) console.log(`${known}  ${about}`)
} else if (values.help || workload === undefined) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  const count = values.count === undefined ? null : Number(values.count)
  const measured = await workload.run({ seed: Number(values.seed), count })
  const { ours, peer, ratio, unit } = measured
  console.log(
    `${name}: ${ours} ${unit}${peer === null ? '' : `, peer ${peer} ${unit}, ratio ${ratio}`}`,
  )
  for (const [detail, value] of Object.entries(measured.details)) {
    console.log(`  ${detail}: ${JSON.stringify(value)}`)
  }
  for (const [figure, value] of Object.entries(measured.figures ?? {})) {
    console.log(`  ${figure}: ${JSON.stringify(value)}`)
  }
  if (values.json) {
    const { figures = {}, ...rest } = measured
    console.log(JSON.stringify({ workload: name, ...rest, ...figures, machine: machine() }))
  }
}
