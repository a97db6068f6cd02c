import { Fault } from './faults.ts'
import type { Loop } from './loop.ts'
import type { Answer, Call, Operation } from './operation.ts'

const operate = { scope: 'operate', inFirstVersion: true } as const
const NO_CONTENT: Answer = { status: 204 }
const MODEL = '/model'

/** What was learned, and the log that it was learned from. */
export const storedOperations: readonly Operation[] = [
  {
    ...operate,
    ...{ method: 'GET', path: MODEL, takes: 'nothing', invalid: 'BadRequest' },
    handle: readModel,
  },
  {
    ...{ scope: 'operate', inFirstVersion: false, method: 'PUT', path: MODEL },
    ...{ takes: 'bytes', invalid: 'InvalidModelImportFormat' },
    handle: importModel,
  },
  {
    ...operate,
    ...{ method: 'DELETE', path: MODEL, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop, loops }: Call) => {
      await loops.reopen(loop, (engine, name) => engine.resetLearned(name, loop.surface))
      await noteChange(loop)
      return NO_CONTENT
    },
  },
  {
    ...operate,
    ...{ method: 'GET', path: '/model/properties', takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop }: Call) => ({ status: 200, body: await modelProperties(loop) }),
  },
  {
    ...operate,
    ...{ method: 'DELETE', path: '/logs', takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop, loops }: Call) => {
      await loops.reopen(loop, (engine, name) => engine.eraseDecided(name, loop.surface))
      return NO_CONTENT
    },
  },
  {
    ...operate,
    ...{ method: 'GET', path: '/logs/properties', takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop }: Call) => ({ status: 200, body: await logProperties(loop) }),
  },
  ...['/logs/interactions', '/logs/observations'].map(
    (path): Operation => ({
      ...{ scope: 'operate', inFirstVersion: false, method: 'POST', path },
      ...{ takes: 'nothing', invalid: 'BadRequest' },
      handle: async () => {
        const message = 'Logs in the binary format of local inference cannot be read here.'
        throw new Fault('BadRequest', message)
      },
    }),
  ),
]

/** Signed, what was learned can be brought back. */
async function readModel({ loop, query }: Call): Promise<Answer> {
  if (query.signed !== 'true') {
    return { status: 200, body: loop.app.decided.statistics(loop.surface) }
  }
  const body = await loop.app.decided.export(loop.surface)
  if (body !== null) return { status: 200, body }
  throw ofPeople()
}

async function importModel({ loop, loops, body }: Call): Promise<Answer> {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array(0)
  let verdict = 'format'
  await loops.reopen(loop, async (engine, name) => {
    verdict = await engine.importLearned(name, loop.surface, bytes)
  })
  switch (verdict) {
    case 'format':
      throw new Fault(
        'InvalidModelImportFormat',
        'That is no model that was read with signed=true.',
      )
    case 'signature':
      throw new Fault(
        'InvalidModelImportSignature',
        'The model was changed, or is of another loop.',
      )
    case 'people':
      throw ofPeople()
  }
  await noteChange(loop)
  return NO_CONTENT
}

function ofPeople(): Fault {
  const message =
    'Decisions of this loop name people; a model that is brought back could not forget them.'
  return new Fault('OperationNotAllowed', message)
}

async function noteChange(loop: Loop): Promise<void> {
  const modelChanged = new Date(loop.now()).toISOString()
  await loop.state.change(() => ({ modelChanged }))
}

/** It changes with every reward: since when it is learned, and the latest event that it knows. */
async function modelProperties(loop: Loop): Promise<object> {
  const { modelChanged } = loop.state.now
  const range = await rangeOf(loop, modelChanged === null ? 0 : Date.parse(modelChanged))
  const never = modelChanged ?? new Date(loop.now()).toISOString()
  return {
    creationTime: modelChanged ?? range?.from ?? never,
    lastModifiedTime: range?.to ?? never,
  }
}

async function logProperties(loop: Loop): Promise<object> {
  const dateRange = await rangeOf(loop, 0)
  if (dateRange !== null) return { dateRange }
  throw new Fault('LogsPropertiesNotFound', 'Nothing is logged yet.')
}

async function rangeOf(
  { app, surface }: Loop,
  since: number,
): Promise<{ readonly from: string; readonly to: string } | null> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for await (const { time } of app.decided.read(surface)) {
    if (time < since) continue
    first = Math.min(first, time)
    last = Math.max(last, time)
  }
  if (last < first) return null
  return { from: new Date(first).toISOString(), to: new Date(last).toISOString() }
}
