import { type Choice, REASONS_NAMED_MAX, type Reason } from '@adsum/protocol'
import type { DecideRecord } from './decide-record.ts'

type Term = DecideRecord['terms'][number]

/** The weightiest terms in words, and one line for the others: the shares add up to the score. */
function shortReasons(terms: readonly Term[], title: string): Reason[] {
  const byWeight = terms
    .filter(({ share }) => share !== 0)
    .sort((a, b) => Math.abs(b.share) - Math.abs(a.share))
  const named = byWeight.slice(0, REASONS_NAMED_MAX)
  const others = byWeight.slice(named.length)
  const reasons = named.map((term) => reasonOf(term, title))
  if (others.length > 0) {
    const text = others.length === 1 ? 'One smaller reason' : `${others.length} smaller reasons`
    const share = others.reduce((sum, term) => sum + term.share, 0)
    reasons.push({ feature: 'other', text, share })
  }
  return reasons
}

/** Every term in words. */
export function allReasons(terms: readonly Term[], title: string): Reason[] {
  return terms.map((term) => reasonOf(term, title))
}

/** The choice of a record, or none where nothing was chosen. */
export function presentChoice(record: DecideRecord, option: number, title: string): Choice | null {
  const { options, scale, partsTotal, terms } = record
  const chosen = options[option]
  if (chosen === undefined || chosen.action === null) return null
  return {
    item: chosen.action,
    title,
    score: chosen.score,
    scale,
    // What another system chose was no draw of ours.
    propensity: record.incumbent === null ? chosen.parts / partsTotal : 1,
    reasons: shortReasons(terms, title),
  }
}

function reasonOf({ feature, share }: Term, title: string): Reason {
  return { feature, text: textOf(feature, title), share }
}

function textOf(feature: string, title: string): string {
  if (feature === 'exploration')
    return 'Little is known of it in moments like this: worth finding out'
  if (feature === 'erased') return 'Nothing is kept of why'
  if (feature === 'baseline') return 'What is shown when nothing better is known'
  const [part = '', ...rest] = feature.split(':')
  const name = rest.join(':')
  if (name === 'bias') {
    return part === 'own' ? `How ${title} does with everyone` : 'How such choices do with everyone'
  }
  const plain = name
    .split(' × ')
    .map((one) => plainName(one))
    .filter((one) => one !== '')
    .join(', ')
  return part === 'own' ? `How ${title} does when ${plain}` : `How such choices do when ${plain}`
}

/** `context:device=tv` is "device is tv". */
function plainName(name: string): string {
  if (name === 'bias') return ''
  const colon = name.indexOf(':')
  const [what = '', ...value] = name.slice(colon + 1).split('=')
  const said = value.length === 0 ? what : `${what} is ${value.join('=')}`
  return name.startsWith('trait:') ? `what you choose most has ${said}` : said
}
