import { AdsumError } from '@adsum/protocol'
import { amount } from './amount.ts'
import type { Check } from './checks.ts'
import type { Context } from './context.ts'

/** One line of Prometheus' text format: a name, labels, and a value. */
const SAMPLE = /^(\w+)(?:\{([^}]*)\})? (\S+)$/
const LABEL = /(\w+)="([^"]*)"/g
const BYTES_PER_MB = 1e6

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What a running server says of the events that come in. */
export async function checkIntake({ world, port }: Context): Promise<Check> {
  const { ADSUM_PUBLIC_URL, ADSUM_KEY } = world.environment
  const url = `${ADSUM_PUBLIC_URL || `http://127.0.0.1:${port}`}/metrics`
  const headers: Record<string, string> = ADSUM_KEY ? { authorization: `Bearer ${ADSUM_KEY}` } : {}
  const response = await world.fetch(url, { headers })
  if (!response.ok) {
    throw new AdsumError('answer_unexpected', { url, status: response.status })
  }
  return { name: 'intake', ok: true, found: describeIntake(await response.text()), todo: '' }
}

/** The figures of the way in, in words, from the text of the metrics. */
export function describeIntake(text: string): string {
  const samples = parseMetrics(text)
  const sum = (name: string, labels: Readonly<Record<string, string>> = {}): number =>
    samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([key, one]) => sample.labels[key] === one))
      .reduce((total, { value }) => total + value, 0)
  const refused = [
    ...reasons(samples, 'adsum_admission_refusals_total', 'reason'),
    ...reasons(samples, 'adsum_events_total', 'code'),
  ]
  const writes = sum('adsum_sync_duration_seconds_count')
  const syncMs = writes === 0 ? 0 : (1000 * sum('adsum_sync_duration_seconds_sum')) / writes
  return [
    `${amount(sum('adsum_events_total', { status: 'accepted' }), 'event')} accepted`,
    `${sum('adsum_events_total', { status: 'duplicate' })} duplicates`,
    refused.length === 0 ? 'none refused' : `refused: ${refused.join(', ')}`,
    `${sum('adsum_learning_behind_events')} not learned yet`,
    `${syncMs.toFixed(1)} ms to disk`,
    `${(sum('adsum_queue_bytes') / BYTES_PER_MB).toFixed(1)} MB waiting`,
  ].join('; ')
}

/** How often each reason was given, those of no occurrence left out. */
function reasons(samples: readonly Sample[], name: string, label: string): string[] {
  const counts = new Map<string, number>()
  for (const { name: found, labels, value } of samples) {
    const reason = labels[label] ?? ''
    if (found === name && reason !== '' && value > 0) {
      counts.set(reason, (counts.get(reason) ?? 0) + value)
    }
  }
  return [...counts].map(([reason, count]) => `${count} ${reason}`)
}

function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', one = '']) => [key, one] as const)
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })
}
