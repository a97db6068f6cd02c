import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { declarationSource } from '../../src/files/declaration-source.ts'
import {
  type AppDeclaration,
  choice,
  clock,
  defineApp,
  event,
  item,
  number,
  rating,
  recommend,
  tags,
  text,
} from '../../src/index.ts'

/** Runs the source against the engine's own functions. */
function readBack(source: string): AppDeclaration {
  const body = source.replace(/^import .*$/m, '').replace('export const app =', 'return')
  const scope = { choice, clock, defineApp, event, item, number, rating, recommend, tags, text }
  return new Function(...Object.keys(scope), body)(...Object.values(scope))
}

const names = fc.string({
  unit: fc.constantFrom('a', 'é', ' ', "'", '"', '`', '$', '\\', '\n', '-', '9'),
  minLength: 1,
})
const declarations = fc
  .record({
    title: names,
    itemName: names,
    eventNames: fc.uniqueArray(names, { minLength: 1, maxLength: 3 }),
    verb: fc.option(names),
    range: fc.option(fc.tuple(fc.integer({ max: 0 }), fc.integer({ min: 1 }))),
    attributes: fc.dictionary(names, fc.constantFrom(text(), tags(), number()), { maxKeys: 3 }),
    options: fc.array(names, { minLength: 1, maxLength: 3 }),
    repeats: fc.boolean(),
    people: fc.array(fc.record({ id: names, name: names, about: names }), { maxLength: 2 }),
  })
  .map((parts) =>
    defineApp({
      name: 'made',
      title: parts.title,
      purposes: { [parts.itemName]: { title: parts.title, default: 'on', basis: 'contract' } },
      items: { [parts.itemName]: item(parts.attributes) },
      events: Object.fromEntries(
        parts.eventNames.map((name) => [
          name,
          event({
            on: parts.itemName,
            purpose: parts.itemName,
            ...(parts.range === null ? {} : { value: rating(...parts.range) }),
            ...(parts.verb === null ? {} : { verb: parts.verb }),
          }),
        ]),
      ),
      context: { [parts.itemName]: choice(...parts.options), when: clock() },
      surfaces: {
        home: recommend({
          items: parts.itemName,
          goal: Object.fromEntries(parts.eventNames.map((name) => [name, 1 as const])),
          repeats: parts.repeats,
        }),
      },
      people: parts.people,
    }),
  )

test('the source of a declaration, read back, is the declaration', () => {
  fc.assert(
    fc.property(declarations, (declaration) => {
      expect(readBack(declarationSource(declaration))).toEqual(declaration)
    }),
  )
})

test('a file of it can be imported', async () => {
  const folder = mkdtempSync(join(import.meta.dirname, '.made-'))
  try {
    const declaration = defineApp({
      name: 'made',
      items: { thing: item({ title: text() }) },
      events: { took: event({ on: 'thing', value: rating(0.5, 5) }) },
      surfaces: { home: recommend({ items: 'thing', goal: { took: 1 } }) },
    })
    writeFileSync(join(folder, 'app.ts'), declarationSource(declaration))
    const loaded: { readonly app: AppDeclaration } = await import(join(folder, 'app.ts'))
    expect(loaded.app).toEqual(declaration)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
