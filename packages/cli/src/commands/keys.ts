import { readFile } from 'node:fs/promises'
import {
  type AccessKeyView,
  EVERY_APP,
  type KeyCreated,
  type KeyOrder,
  keyRequestSchema,
  originSchema,
  SCOPES,
} from '@adsum/protocol'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import { openUnlessServed, serverClient } from '../workplace.ts'

interface CreateOptions {
  readonly app?: string
  readonly everyApp?: boolean
  readonly write?: boolean
  readonly secret?: boolean
  readonly verify?: string
  readonly name?: string
  readonly scopes?: string
  readonly origin: readonly string[]
  readonly browsersOnly?: boolean
  readonly expires?: string
}

/** What the commands ask of the access keys, wherever they are. */
interface KeyCalls {
  list(): Promise<AccessKeyView[]>
  create(order: KeyOrder): Promise<KeyCreated>
  addOrigin(id: string, origin: string): Promise<AccessKeyView>
  revoke(id: string): Promise<AccessKeyView>
}

/** `adsum keys`: who may ask the server what. */
export const keysCommand: MakeCommand = (context) =>
  new Command('keys')
    .description('Make, list and revoke the keys with which others ask the server.')
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(revokeCommand(context))
    .addCommand(addOriginCommand(context))

const createCommand: MakeCommand = (context) =>
  new Command('create')
    .description('Make a key. Its text is shown once, now.')
    .option('--app <name>', 'the app that the key is for')
    .option('--every-app', 'a secret key for every app, and for what reaches across them')
    .option('--write', 'a public key that only records events, for pages and phones')
    .option('--secret', 'a secret key, for servers')
    .option('--verify <file>', 'the public key (JWK) of a backend that signs end-user tokens')
    .option('--name <name>', 'what it is called; two active keys may share a name')
    .option('--scopes <scopes>', `of a secret key, from: ${SCOPES.join(',')} (default: all)`)
    .option('--origin <origin...>', 'where pages that use the key come from', [])
    .option('--browsers-only', 'refuse requests without an origin')
    .option('--expires <time>', 'the moment after which it is not taken, in ISO 8601')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum keys create --write --app shop --origin https://shop.example\n' +
        '  adsum keys create --secret --app shop --scopes record,decide\n' +
        '  adsum keys create --secret --every-app --name operator\n' +
        '  adsum keys create --verify backend.jwk.json --app shop',
    )
    .action(async (options: CreateOptions) => {
      const here = context()
      const order = await readOrder(here, options)
      const created = await withKeys(here, (keys) => keys.create(order))
      showCreated(here, created)
      here.output.result(created)
    })

const listCommand: MakeCommand = (context) =>
  new Command('list')
    .description('List the keys, without their secrets.')
    .addHelpText('after', '\nExamples:\n  adsum keys list\n  adsum keys list --json')
    .action(async () => {
      const here = context()
      const keys = await withKeys(here, (calls) => calls.list())
      const now = here.world.clock.now()
      here.output.table(
        keys.map((key) => [key.id, key.kind, key.app, key.name, standing(key, now), uses(key)]),
      )
      if (keys.length === 0) here.output.say('There are no keys. Make one: adsum keys create')
      here.output.result({ keys })
    })

const revokeCommand: MakeCommand = (context) =>
  new Command('revoke')
    .description('End a key for good, from the next request on.')
    .argument('<id>', 'the id of the key, as "adsum keys list" shows it')
    .addHelpText('after', '\nExamples:\n  adsum keys revoke k3f7w2aqm5x4tz6b')
    .action(async (id: string) => {
      const here = context()
      const key = await withKeys(here, (keys) => keys.revoke(id))
      here.output.say(`The ${key.kind} key ${key.id} of ${key.app} is not taken any more.`)
      here.output.result(key)
    })

const addOriginCommand: MakeCommand = (context) =>
  new Command('add-origin')
    .description('Let the pages of one more origin use a key.')
    .argument('<id>', 'the id of the key')
    .argument('<origin>', 'such as https://shop.example')
    .addHelpText(
      'after',
      '\nExamples:\n  adsum keys add-origin k3f7w2aqm5x4tz6b https://shop.example',
    )
    .action(async (id: string, typed: string) => {
      const here = context()
      const { success, data: origin } = originSchema.safeParse(typed)
      if (!success) {
        const words = `"${typed}" is no origin such as https://shop.example.`
        throw new CommandFault('usage_invalid', words)
      }
      const key = await withKeys(here, (keys) => keys.addOrigin(id, origin))
      here.output.say(`Pages of ${key.origins.join(', ')} may use the key ${key.id}.`)
      here.output.result(key)
    })

/** Works on the keys of the data directory, or through the server that holds it. */
async function withKeys<Result>(
  context: Context,
  work: (keys: KeyCalls) => Promise<Result>,
): Promise<Result> {
  const engine = await openUnlessServed(context)
  if (engine === null) {
    const client = serverClient(context)
    return work({
      list: () => client.listKeys(),
      create: (order) => client.createKey(order),
      addOrigin: (id, origin) => client.addKeyOrigin(id, origin),
      revoke: (id) => client.revokeKey(id),
    })
  }
  const { accessKeys } = engine
  try {
    return await work({
      list: async () => accessKeys.list(),
      create: async (order) => {
        if (order.app !== EVERY_APP) engine.app(order.app)
        return accessKeys.create(order)
      },
      addOrigin: (id, origin) => accessKeys.addOrigin(id, origin),
      revoke: (id) => accessKeys.revoke(id),
    })
  } finally {
    await engine.close()
  }
}

async function readOrder(here: Context, options: CreateOptions): Promise<KeyOrder> {
  const { app, everyApp, write, secret, verify, name, scopes, origin, expires } = options
  const kinds = [
    ...(write ? (['write'] as const) : []),
    ...(secret ? (['secret'] as const) : []),
    ...(verify !== undefined ? (['verify'] as const) : []),
  ]
  const [kind, ...more] = kinds
  if (kind === undefined || more.length > 0) {
    throw new CommandFault('usage_invalid', 'Say one of --write, --secret and --verify.')
  }
  if ((app === undefined) !== (everyApp === true)) {
    throw new CommandFault('usage_invalid', 'Say --app with a name, or --every-app.')
  }
  const order = keyRequestSchema.safeParse({
    kind,
    app: app ?? EVERY_APP,
    origins: origin,
    browsersOnly: options.browsersOnly === true,
    ...(name !== undefined && { name }),
    ...(scopes !== undefined && { scopes: scopes.split(',') }),
    ...(expires !== undefined && { expires }),
    ...(verify !== undefined && { jwk: await readJwk(here.path(verify)) }),
  })
  if (order.success) return order.data
  const [issue] = order.error.issues
  const words = `${issue?.path.join('.')}: ${issue?.message}`
  throw new CommandFault('usage_invalid', `The key does not fit. ${words}`)
}

async function readJwk(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (fault) {
    const problem = fault instanceof Error ? fault.message : String(fault)
    throw new CommandFault('usage_invalid', `The public key in ${path} cannot be read: ${problem}`)
  }
}

function showCreated({ output }: Context, { key, text }: KeyCreated): void {
  const whose = key.app === EVERY_APP ? 'every app' : `"${key.app}"`
  output.say(`The ${key.kind} key ${key.id} of ${whose} may: ${key.scopes.join(', ')}.`)
  if (text === null) {
    output.say(`Tokens that name "${key.kid}" as their kid are checked against it.`)
    return
  }
  output.say(`  ${text}`)
  output.say('It is shown only now. Keep it; what is kept here cannot be turned back into it.')
}

/** @param now milliseconds since 1970 UTC */
function standing({ expires, revoked }: AccessKeyView, now: number): string {
  if (revoked !== null) return 'revoked'
  if (expires === null) return 'active'
  return Date.parse(expires) <= now ? 'expired' : `until ${expires}`
}

function uses({ lastUsed }: AccessKeyView): string {
  return lastUsed === null ? 'not used yet' : `used ${lastUsed}`
}
