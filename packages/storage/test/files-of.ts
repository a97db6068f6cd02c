import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every file below a folder with its bytes. */
export function filesOf(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  return new Map(paths.map((path) => [path, readFileSync(path)]))
}

/** Which of the byte strings are in some file below a folder. */
export function foundIn(folder: string, wanted: readonly Buffer[]): Buffer[] {
  const files = [...filesOf(folder).values()]
  return wanted.filter((bytes) => files.some((file) => file.includes(bytes)))
}

/** A text as it might lie in a file: UTF-8, UTF-16, hexadecimal, base64. */
export function spellings(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const base64 = bytes.toString('base64')
  return [
    bytes,
    Buffer.from(text, 'utf16le'),
    Buffer.from(bytes.toString('hex')),
    // Without its last group, which depends on what follows.
    Buffer.from(base64.slice(0, base64.length - 4)),
  ]
}
