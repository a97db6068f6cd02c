import type { Random } from '@adsum/learning'

/** Values that break programs: at the edges of numbers, texts and structures. */
const nasty: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  5e-324,
  '',
  ' ',
  '.',
  '..',
  '\u0000',
  '\ud800',
  '\u202e\u0301\u0301',
  '\ufeff',
  '🧑‍🤝‍🧑'.repeat(20),
  'İßﬁ',
  'x'.repeat(101),
  'x'.repeat(5_000),
  '__proto__',
  'constructor',
  'toString',
  '1e999',
  'NaN',
  "' OR 1=1 --",
  '{{7*7}}',
  '../../etc/passwd',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.000Z',
  '0000-00-00',
  [],
  [[]],
  [null],
  {},
  { $gt: '' },
  { toJSON: 1, valueOf: 1 },
  { constructor: { prototype: { admin: true } } },
]

/** One of the values, for the taker to change. */
export function nastyValue(random: Random): unknown {
  return structuredClone(nasty[random.below(nasty.length)])
}

/** Texts in a body that JSON.stringify never writes. */
const nastyTexts: readonly string[] = [
  '1e999',
  '-1e999',
  'NaN',
  'Infinity',
  'undefined',
  '01',
  '+1',
  '.5',
  '0x10',
  `${'9'.repeat(400)}`,
  `1${'0'.repeat(300)}.5`,
  "'single'",
  '"\\ud800"',
  '"\\u0000"',
  '"\\x41"',
  '{"__proto__":{"admin":true}}',
  '{"a":1,"a":2}',
  '{a:1}',
  '[1,]',
  '/* comment */ 1',
  '"unfinished',
  '"line\nbreak"',
]

/** A structure so deep that recursive readers run out of stack. */
function deep(levels: number): string {
  return `${'['.repeat(levels)}${']'.repeat(levels)}`
}

/** Replaces, removes or adds something somewhere in a value, in place; lists and objects only. */
export function mutate(value: unknown, random: Random): void {
  if (typeof value !== 'object' || value === null) return
  const names = Object.keys(value)
  const name = names[random.below(Math.max(1, names.length))]
  if (name === undefined || random.below(6) === 0) {
    // In a list a name such as 2147483648 would make that many places.
    if (Array.isArray(value)) value.push(nastyValue(random))
    else put(value, String(nastyValue(random)), nastyValue(random))
    return
  }
  const inner: unknown = Reflect.get(value, name)
  if (typeof inner === 'object' && inner !== null && random.below(3) > 0) mutate(inner, random)
  else if (random.below(5) === 0) Reflect.deleteProperty(value, name)
  else put(value, name, nastyValue(random))
}

/** Not an assignment, which `__proto__` would turn into another prototype. */
function put(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** The text of a body damaged as bytes. */
export function mutateText(text: string, random: Random): Buffer {
  const at = random.below(text.length + 1)
  switch (random.below(7)) {
    case 0:
      return Buffer.from(text.slice(0, at))
    case 1:
      return Buffer.from(
        text.replace(/:"[^"]*"/, `:${nastyTexts[random.below(nastyTexts.length)]}`),
      )
    case 2:
      return Buffer.from(text.replace(/:"[^"]*"/, `:${deep(1 + random.below(20_000))}`))
    case 3:
      return Buffer.from(`\ufeff${text}`, random.below(2) === 0 ? 'utf16le' : 'utf8')
    case 4: {
      const bytes = Buffer.from(text)
      if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256)
      return bytes
    }
    case 5:
      return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xc0, 0xaf, 0xff, 0x00])])
    default:
      return Buffer.from(`${text}${text.slice(at)}`)
  }
}
