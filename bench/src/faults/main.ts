import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { machine } from '../machine.ts'
import { bitFlip } from './bit-flip.ts'
import { diskFull } from './disk-full.ts'
import type { Fault } from './fault.ts'
import { kill } from './kill.ts'
import { malformed } from './malformed.ts'
import { secondProcess } from './second-process.ts'
import { trace } from './trace.ts'

/** Every fault, by name. */
const faults: Readonly<Record<string, Fault>> = {
  kill: { about: 'SIGKILL at random moments of a server at work; --count kills', run: kill },
  trace: { about: 'system calls: no answer before its sync; --count requests', run: trace },
  'disk-full': { about: 'a small disk filled under a server; --count fills', run: diskFull },
  'second-process': {
    about: 'other processes open a served directory; --count attempts',
    run: secondProcess,
  },
  'bit-flip': { about: 'single bits and cut files; --count per kind of file', run: bitFlip },
  malformed: { about: 'wrong requests over every route; --count requests', run: malformed },
}

const usage = `Usage: npm run -s faults -- <fault> [--json] [--seed N] [--count N]

Breaks something on purpose, again and again, and checks that every promise was kept; fails if not.
  --list   names the faults
  --json   prints one JSON object last
  --count  how often; each fault has its default
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
const fault = Object.hasOwn(faults, name) ? faults[name] : undefined
if (values.list) {
  for (const [known, { about }] of Object.entries(faults)) console.log(`${known}  ${about}`)
} else if (values.help || fault === undefined) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  const began = performance.now()
  const seed = Number(values.seed)
  const count = values.count === undefined ? null : Number(values.count)
  const { passed, seen } = await fault.run({ seed, count, say: (line) => console.error(line) })
  const seconds = Math.round((performance.now() - began) / 100) / 10
  console.log(`${name}: ${passed ? 'every promise was kept' : 'A PROMISE WAS BROKEN'}`)
  for (const [what, value] of Object.entries(seen)) {
    console.log(`  ${what}: ${JSON.stringify(value)}`)
  }
  const report = { fault: name, passed, ...seen, seed, seconds, machine: machine() }
  if (values.json) console.log(JSON.stringify(report))
  process.exitCode = passed ? 0 : 1
}
