/** What a fault injection is told. */
export interface FaultOptions {
  readonly seed: number
  /** Kills, requests, fills, attempts or flips; null for the fault's own default. */
  readonly count: number | null
  /** Takes a line of progress. */
  readonly say: (line: string) => void
}

/** What it saw: counts and milliseconds by name; texts say what was left out, and why. */
export type Seen = Readonly<Record<string, unknown>>

/** What it saw, and whether every promise was kept. */
export interface Verdict {
  readonly passed: boolean
  readonly seen: Seen
}

/** A promise broken on purpose in as many ways as its `count` says. */
export interface Fault {
  readonly about: string
  run(options: FaultOptions): Promise<Verdict>
}

/** A fault that this machine cannot inject. */
export function skipped(reason: string): Verdict {
  return { passed: true, seen: { skipped: reason } }
}
