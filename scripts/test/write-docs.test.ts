import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorsPage } from '../write-docs.ts'

test('the page of errors is what the table makes of it', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8')
  // When this fails: node scripts/write-docs.ts
  expect(page).toBe(errorsPage())
})
