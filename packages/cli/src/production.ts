import { existsSync } from 'node:fs'
import { AdsumError } from '@adsum/protocol'
import type { Context } from './context.ts'
import { DEMONSTRATION_KEY, isBeingMade } from './demonstration.ts'

/** How a server is run: for this machine alone, or for others, who need keys. */
export interface ServingMode {
  /** The address to bind to. */
  readonly host: string
  /** The https origin under which a production server is reached; `null` in development. */
  readonly publicUrl: string | null
}

/** Without keys a server is for this machine only. */
const DEVELOPMENT: ServingMode = { host: '127.0.0.1', publicUrl: null }

/** What is known of the keys in a data directory. */
interface KeyFacts {
  readonly kind: string
  readonly name: string
  readonly revoked: string | null
  readonly expires: string | null
}

/** Whether production is asked for, on the command line or in the environment. */
export function isProduction({ world }: Context, option: boolean): boolean {
  const mode = world.environment.ADSUM_MODE
  if (mode !== undefined && !['', 'production', 'development'].includes(mode)) {
    throw new AdsumError('production_unconfigured', { missing: MODE_WORDS })
  }
  return option || mode === 'production'
}

const MODE_WORDS = 'ADSUM_MODE (production or development)'

/** Development, or what the environment says of production. @throws AdsumError `production_unconfigured` */
export function servingMode(context: Context, production: boolean): ServingMode {
  if (!production) return DEVELOPMENT
  const { ADSUM_HOST = '', ADSUM_PUBLIC_URL = '' } = context.world.environment
  return { host: ADSUM_HOST, publicUrl: ADSUM_PUBLIC_URL.replace(/\/$/, '') }
}

/**
 * What production still lacks before the data directory is opened: nothing of it is guessed, for a wrong
 * guess would show what is recorded to the world, or lose it.
 */
export function missingSettings({ world, isDataNamed }: Context): string[] {
  const { ADSUM_HOST, ADSUM_PUBLIC_URL } = world.environment
  return [
    ...(isDataNamed ? [] : ['ADSUM_DATA (the data directory)']),
    ...(ADSUM_HOST ? [] : ['ADSUM_HOST (the address to listen on)']),
    ...(isHttpsOrigin(ADSUM_PUBLIC_URL ?? '')
      ? []
      : ['ADSUM_PUBLIC_URL (an https origin such as https://adsum.example)']),
  ]
}

/** What production lacks of a data directory that is open. */
export function missingKeys(context: Context, keys: readonly KeyFacts[]): string[] {
  const now = context.world.clock.now()
  const active = keys.filter(
    ({ revoked, expires }) => revoked === null && (expires === null || now < Date.parse(expires)),
  )
  const isDemonstration =
    isBeingMade(context) || active.some(({ name }) => name === DEMONSTRATION_KEY)
  return [
    ...(active.some(({ kind }) => kind === 'secret') ? [] : [SECRET_KEY_WORDS]),
    ...(isDemonstration ? ['a data directory without the demonstration and its keys'] : []),
  ]
}

const SECRET_KEY_WORDS = 'an active secret key (adsum keys create --secret)'

/** What production lacks of a data directory that is not there. */
export function missingData({ data, isDataNamed }: Context): string[] {
  return isDataNamed && existsSync(data) ? [] : [SECRET_KEY_WORDS]
}

/** @throws AdsumError `production_unconfigured` when anything is missing */
export function requireNothing(missing: readonly string[]): void {
  if (missing.length > 0) {
    throw new AdsumError('production_unconfigured', { missing: missing.join('; ') })
  }
}

function isHttpsOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, origin } = new URL(text)
  return protocol === 'https:' && origin === text.replace(/\/$/, '')
}
