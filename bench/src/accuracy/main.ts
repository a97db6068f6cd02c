import { parseArgs } from 'node:util'
import { classificationBandits } from './classification-bandits.ts'
import { digitsBandit } from './digits-bandit.ts'
import { movielens1mAccuracy } from './movielens-1m-accuracy.ts'
import { opeCoverage } from './ope-coverage.ts'
import { openBanditAccuracy } from './open-bandit-accuracy.ts'
import { peeking } from './peeking.ts'

/** Every accuracy table, by name. */
const tables = {
  'movielens-1m': {
    about:
      'next film, gSASRec split: last film of 6,040 people, all films ranked, seen ones left out',
    run: movielens1mAccuracy,
  },
  'open-bandit': {
    about:
      'off-policy evaluation: every estimator against the Open Bandit Pipeline on its sample logs',
    run: openBanditAccuracy,
  },
  'ope-coverage': {
    about: 'off-policy evaluation: do 95% intervals hold the truth of made worlds, 1,000 logs each',
    run: opeCoverage,
  },
  peeking: {
    about: 'experiments without a difference, looked at after every person: how often one is seen',
    run: peeking,
  },
  'digits-bandit': {
    about: 'digits as a bandit: ten arms, progressive error of the defaults over 20 shuffles',
    run: digitsBandit,
  },
  'classification-bandits': {
    about: 'classification sets as bandits, against Vowpal Wabbit with its defaults',
    run: classificationBandits,
  },
} as const

const usage = `Usage: npm run -s accuracy -- <table> [--json] [--seed N] [--validation]

Prints an accuracy table: ours, baselines, and published figures on the same people.
  --list        names the tables
  --json        prints one JSON object last
  --validation  measures on the validation part instead of the test part
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    validation: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  },
})

const name = positionals[0] ?? ''
if (values.list) {
  for (const [table, { about }] of Object.entries(tables)) console.log(`${table}  ${about}`)
} else if (values.help || !Object.hasOwn(tables, name)) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 2
} else {
  const { run } = tables[name as keyof typeof tables]
  const result = await run({ seed: Number(values.seed), validation: values.validation })
  if (values.json) console.log(JSON.stringify(result))
}
