import { allocatorSettings } from '@adsum/engine/at-rest'

/** What of a process decides whether it should begin anew with other settings. */
export interface Starting {
  readonly platform: string
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * The environment to begin anew with: on Linux, for a server, unless somebody chose any of the settings.
 * Null where the process is right as it is.
 */
export function allocatorEnvironment(starting: Starting): Record<string, string> | null {
  const { platform, words, environment } = starting
  if (platform !== 'linux' || !words.includes('start')) return null
  if (Object.keys(environment).some((name) => name.startsWith('MALLOC_'))) return null
  const present = Object.entries(environment).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(present as [string, string][]), ...allocatorSettings }
}
