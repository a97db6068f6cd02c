import type { DecideSurface } from '../app/decide-surface.ts'
import type {
  AppDeclaration,
  Attribute,
  EventType,
  RecommendSurface,
  Surface,
} from '../app/declaration.ts'

/** Characters of a line of source before it is broken up. */
const LINE_WIDTH = 100

/** Something to be written: a finished expression, or named parts in braces. */
type Source =
  | string
  | { readonly open: string; readonly parts: readonly Entry[]; readonly close: string }
type Entry = readonly [name: string, value: Source]

/**
 * TypeScript source of a file that declares the app with `defineApp`, formatted as the repository is.
 * Read back, it is the same declaration.
 */
export function declarationSource(app: AppDeclaration): string {
  const used = new Set<string>(['defineApp'])
  const call = (name: string, ...parts: readonly string[]): string => {
    used.add(name)
    return `${name}(${parts.join(', ')})`
  }
  const parts: Entry[] = [
    ['name', quoted(app.name)],
    ...(app.title === app.name ? [] : [['title', quoted(app.title)] as const]),
    ...(Object.keys(app.purposes).length > 0
      ? [['purposes', record(mapped(app.purposes, literal))] as const]
      : []),
    [
      'items',
      record(mapped(app.items, ({ attributes, title }) => itemSource(attributes, title, call))),
    ],
    ['events', record(mapped(app.events, (type) => eventSource(type, call)))],
    ...(Object.keys(app.context).length > 0
      ? [
          [
            'context',
            record(
              mapped(app.context, (field) =>
                field.kind === 'clock'
                  ? call('clock')
                  : call('choice', ...field.options.map(quoted)),
              ),
            ),
          ] as const,
        ]
      : []),
    ['surfaces', record(mapped(app.surfaces, (surface) => surfaceSource(surface, call)))],
    ...(app.people.length > 0 ? [['people', literal(app.people)] as const] : []),
  ]
  const body = written({ open: 'defineApp({', parts, close: '})' }, 0, 'export const app = '.length)
  const imports = [...used].sort(byLetter).join(', ')
  return `import { ${imports} } from '@adsum/engine'\n\nexport const app = ${body}\n`
}

type Call = (name: string, ...parts: readonly string[]) => string

function itemSource(
  attributes: Readonly<Record<string, Attribute>>,
  title: string | null,
  call: Call,
): Source {
  call('item')
  const fields = mapped(attributes, ({ kind }) => call(kind))
  const first = Object.entries(attributes).find(([, { kind }]) => kind === 'text')?.[0] ?? null
  const close = title === first || title === null ? '})' : `}, { title: ${quoted(title)} })`
  return { open: 'item({', parts: fields, close }
}

function eventSource(type: EventType, call: Call): Source {
  call('event')
  const parts: Entry[] = type.on === null ? [] : [['on', quoted(type.on)]]
  if (type.purpose !== null) parts.push(['purpose', quoted(type.purpose)])
  if (type.value !== null) {
    parts.push(['value', call('rating', String(type.value.low), String(type.value.high))])
  }
  if (type.verb !== null) parts.push(['verb', quoted(type.verb)])
  return { open: 'event({', parts, close: '})' }
}

function surfaceSource(surface: Surface, call: Call): Source {
  return surface.verb === 'decide' ? decideSource(surface, call) : recommendSource(surface, call)
}

function decideSource(surface: DecideSurface, call: Call): Source {
  call('decide')
  const { low, high, events, ...reward } = surface.reward
  const { stock, cap, eligible = {} } = surface.constraints
  const parts: Entry[] = [
    ...(surface.actions === null ? [] : [['actions', quoted(surface.actions)] as const]),
    ['reward', literal(events)],
    ['range', literal([low, high])],
    ...Object.entries(reward).map(([name, value]) => [name, literal(value)] as const),
    ['explore', literal(surface.explore)],
    ['nothing', literal(surface.nothing)],
    ['mode', quoted(surface.mode)],
    ...(Object.keys(eligible).length === 0 ? [] : [['eligible', literal(eligible)] as const]),
    ...(stock === null ? [] : [['stock', quoted(stock)] as const]),
    ...(cap === null ? [] : [['cap', literal(cap)] as const]),
  ]
  return { open: 'decide({', parts, close: '})' }
}

function recommendSource(surface: RecommendSurface, call: Call): Source {
  call('recommend')
  const parts: Entry[] = [
    ['items', quoted(surface.items)],
    ['goal', record(mapped(surface.goal, String))],
  ]
  if (surface.repeats) parts.push(['repeats', 'true'])
  const { mode = 'learn' } = surface
  if (mode !== 'learn') parts.push(['mode', quoted(mode)])
  return { open: 'recommend({', parts, close: '})' }
}

function mapped<Value>(
  values: Readonly<Record<string, Value>>,
  source: (value: Value) => Source,
): Entry[] {
  return Object.entries(values).map(([name, value]) => [name, source(value)])
}

function record(parts: readonly Entry[]): Source {
  return { open: '{', parts, close: '}' }
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const parts = Object.entries(value).map(([name, part]) => `${key(name)}: ${literal(part)}`)
  return `{ ${parts.join(', ')} }`
}

/** In one line where it fits, otherwise a line per part. */
function written(source: Source, indent: number, before: number): string {
  if (typeof source === 'string') return source
  const { open, parts, close } = source
  if (parts.length === 0) return open + close
  const flat = `${open} ${parts.map((part) => flatEntry(part)).join(', ')} ${close}`
  // The outermost call is broken up always: it reads as a list of what the app has.
  if (indent > 0 && before + flat.length + 1 <= LINE_WIDTH) return flat
  const inner = ' '.repeat(indent + 2)
  const lines = parts.map(([name, value]) => {
    const start = `${inner}${key(name)}: `
    return `${start}${written(value, indent + 2, start.length)},`
  })
  return [open, ...lines, ' '.repeat(indent) + close].join('\n')
}

function flatEntry([name, value]: Entry): string {
  if (typeof value === 'string') return `${key(name)}: ${value}`
  const { open, parts, close } = value
  if (parts.length === 0) return `${key(name)}: ${open}${close}`
  return `${key(name)}: ${open} ${parts.map(flatEntry).join(', ')} ${close}`
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

/** A string in single quotes; JSON knows the escapes. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner}'`
}

function byLetter(a: string, b: string): number {
  return a.localeCompare(b, 'en')
}
