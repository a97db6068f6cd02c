import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { closeKernels, openKernels } from '@adsum/kernels'
import { AdsumError, type AppView, type DataCheck } from '@adsum/protocol'
import { amount } from './amount.ts'
import type { Context } from './context.ts'
import { withData } from './data-calls.ts'
import { checkIntake } from './intake.ts'
import { withWorkplace } from './workplace.ts'

/** The oldest Node that Adsum runs on. */
const NODE_MAJOR_MIN = 24
/** Bytes that should be free on the disk. */
const FREE_BYTES_MIN: number = 1024 ** 3
const BYTES_PER_GB = 1024 ** 3
const MS_PER_HOUR = 60 * 60 * 1000

/** One thing looked at: what was found, and what to do when it is not well. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** Empty when all is well. */
  readonly todo: string
}

const well = (name: string, found: string): Check => ({ name, ok: true, found, todo: '' })
const ill = (name: string, found: string, todo: string): Check => ({ name, ok: false, found, todo })

/** Looks at everything that Adsum needs, from the machine to each app. */
export async function checkAll(context: Context): Promise<Check[]> {
  return [
    checkNode(process.versions.node),
    checkSqlite(),
    await checkKernels(),
    await checkSpace(context),
    ...(await checkData(context)),
  ]
}

/** @param version such as `24.21.0`. */
export function checkNode(version: string): Check {
  const isOld = Number(version.split('.')[0]) < NODE_MAJOR_MIN
  if (!isOld) return well('node', version)
  return ill('node', version, `Run it with "npm run adsum", which brings Node ${NODE_MAJOR_MIN}.`)
}

function checkSqlite(): Check {
  const db = new DatabaseSync(':memory:')
  try {
    return well('sqlite', String(db.prepare('select sqlite_version() as version').get()?.version))
  } finally {
    db.close()
  }
}

async function checkKernels(): Promise<Check> {
  try {
    const kernels = await openKernels()
    const { flavour } = kernels
    await closeKernels(kernels)
    const slower = flavour === 'relaxed' ? '' : ' (this processor multiplies and adds in two steps)'
    return well('kernels', `${flavour}${slower}`)
  } catch (fault) {
    const problem = fault instanceof Error ? fault.message : String(fault)
    return ill('kernels', problem, 'Build them with: npm run setup')
  }
}

async function checkSpace({ data }: Context): Promise<Check> {
  if (!existsSync(data)) return well('disk', 'not looked at: there is no data directory yet')
  const { bavail, bsize } = await statfs(data)
  const free = bavail * bsize
  const found = `${(free / BYTES_PER_GB).toFixed(1)} GB free`
  if (free >= FREE_BYTES_MIN) return well('disk', found)
  return ill('disk', found, `Free some space on the disk that holds ${data}.`)
}

async function checkData(context: Context): Promise<Check[]> {
  const { data, port, world } = context
  if (!existsSync(data)) return [well('data', `${data} does not exist yet; "adsum start" makes it`)]
  try {
    return await withWorkplace(context, async (place) => {
      const how = place.isServed ? `served on port ${port}` : 'not in use'
      const apps = await place.apps()
      return [
        well('data', `${data}, ${how}`),
        ...apps.map((app) => checkApp(app, world.clock.now())),
        ...(place.isServed ? [await checkIntake(context)] : []),
      ]
    })
  } catch (fault) {
    if (!(fault instanceof AdsumError)) throw fault
    // The product's messages say what to do in their second sentence.
    const [found = '', ...todo] = fault.message.split(/(?<=\.) /)
    return [ill('data', found, todo.join(' ') || 'See the message.')]
  }
}

/** Reads everything at rest: one line an app that is intact, one a piece of damage in the others. */
export async function checkDeeply(context: Context): Promise<Check[]> {
  if (!existsSync(context.data)) return []
  const progress = context.output.progress()
  try {
    const apps = await withData(context, (data) => data.check(progress))
    return apps.flatMap(checkContent)
  } catch (fault) {
    if (!(fault instanceof AdsumError)) throw fault
    return [ill('content', fault.message, 'Nothing more can be looked at before this is mended.')]
  } finally {
    progress.end()
  }
}

function checkContent({ app, events, people, repaired, damage, damaged }: DataCheck): Check[] {
  const name = `content ${app}`
  const intact = `${amount(events, 'event')} of ${amount(people, 'person', 'people')}`
  const listed = [...repaired, ...damage].map((what) => ill(name, what, ''))
  if (damaged === 0) return [...listed, well(name, `${intact}, all intact`)]
  const todo = 'Restore the app from a backup; what is intact can be read meanwhile.'
  return [...listed, ill(name, `${damaged} damaged; ${intact} are intact`, todo)]
}

/** @param now milliseconds since 1970 UTC. */
export function checkApp(app: AppView, now: number): Check {
  const { name, events, users, items, model, learning, damaged } = app
  const people = amount(users, 'person', 'people')
  const counts = `${amount(events, 'event')}, ${people}, ${amount(items, 'item')}`
  if (learning.state === 'failed') {
    return ill(
      `app ${name}`,
      `${counts}; learning failed: ${learning.message}`,
      'The last model stays in service and learning is tried again; the log of the server has more.',
    )
  }
  if (damaged.people > 0) {
    const who = amount(damaged.people, 'person', 'people')
    const found = `${counts}; the events of ${who} are damaged, everybody else is served`
    return ill(
      `app ${name}`,
      found,
      'Restore a backup, or erase them; "adsum doctor --deep" tells more.',
    )
  }
  if (damaged.repaired > 0) {
    const found = `${counts}; ${amount(damaged.repaired, 'bit')} at rest had changed and were put right`
    return ill(`app ${name}`, found, 'Nothing is lost, but the disk may be failing: make a backup.')
  }
  if (model === null) return well(`app ${name}`, `${counts}; no model yet`)
  const hours = (now - Date.parse(model.fittedAt)) / MS_PER_HOUR
  const age = hours < 1 ? 'less than an hour' : amount(Math.floor(hours), 'hour')
  const behind = learning.behind === 0 ? '' : `, ${amount(learning.behind, 'event')} behind`
  return well(`app ${name}`, `${counts}; model ${model.id}, ${age} old${behind}`)
}
