/**
 * Writes the pages of `docs/` that are made of the code: `node scripts/write-docs.ts`. A test beside
 * this file tells when a page is behind.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorTable } from '../packages/protocol/src/index.ts'

const PAGES: Readonly<Record<string, () => string>> = { 'docs/errors.md': errorsPage }

/** The page of every error code. */
export function errorsPage(): string {
  const entries = Object.entries(errorTable).flatMap(([code, { status, message }]) => [
    '',
    `## ${code}`,
    '',
    `Status ${status}. ${message}`,
  ])
  return `${[
    '<!-- Written by scripts/write-docs.ts from packages/protocol/src/errors.ts. -->',
    '',
    '# Errors',
    '',
    'Every refusal has the same shape. `code` is for programs and never changes its meaning; `message`',
    'is for people and may be reworded; `path` is there where one part of the request is at fault.',
    '',
    '```json',
    '{ "error": { "code": "request_invalid", "message": "…", "path": "items[1].id" } }',
    '```',
    '',
    'Events are judged one by one: `POST /v1/events` answers 200, and each result that was not accepted',
    'carries its own `code`, `message` and `path`.',
    '',
    'An answer with the header `retry-after` says after how many seconds the same request may be sent',
    'again; nothing of it was stored. `server_unreachable` and `answer_unexpected` come from the client,',
    'which had no answer to report. Words in braces are filled in.',
    ...entries,
  ].join('\n')}\n`
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  for (const [path, page] of Object.entries(PAGES)) writeFileSync(join(root, path), page())
}
