import type { AppView } from '@adsum/protocol'

/**
 * How an app stands, as a person would say it: "Learning; 3 events behind; last learned 40 s ago."
 * @param now milliseconds since 1970
 */
export function standingInWords({ learning, model }: AppView, now: number): string {
  const parts = [stateInWords(learning)]
  if (learning.behind > 0) {
    parts.push(
      `${learning.behind.toLocaleString('en')} ${learning.behind === 1 ? 'event' : 'events'} behind`,
    )
  }
  if (model !== null) parts.push(`last learned ${agoInWords(now - Date.parse(model.fittedAt))}`)
  return `${parts.join('; ')}.`
}

function stateInWords({ state, message }: AppView['learning']): string {
  switch (state) {
    case 'starting':
      return 'Getting ready'
    case 'fitting':
      return 'Learning'
    case 'failed':
      return `Learning failed (${message}); the last shelves stay`
    case 'idle':
      return 'Up to date'
  }
}

/** "just now", "40 s ago", "5 min ago", "3 h ago", "2 days ago". */
export function agoInWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 5) return 'just now'
  if (seconds < 100) return `${seconds} s ago`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min ago`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} days ago`
}
