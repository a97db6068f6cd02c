import { fileAppRequestSchema } from '@adsum/protocol'
import { CommandFault } from './fault.ts'

/** Characters of an app's name. */
const NAME_LENGTH_MAX = 40

/** @throws CommandFault `usage_invalid` for a name that no app can have. */
export function requireAppName(name: string): string {
  const checked = fileAppRequestSchema.shape.name.safeParse(name)
  if (checked.success) return name
  const problem = checked.error.issues[0]?.message ?? 'not a name'
  throw new CommandFault('usage_invalid', `"${name}" cannot name an app: ${problem}.`)
}

/** A name for an app made of the name of a file: `Orders 2026.csv.gz` becomes `orders-2026`. */
export function appNameOf(file: string): string {
  const bare = file
    .replace(/\.(gz|csv|tsv|txt|jsonl|ndjson|json|dat|data)$/i, '')
    .replace(/\.(csv|tsv|txt|jsonl|ndjson|json|dat|data)$/i, '')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const named = /^[a-z]/.test(bare) ? bare : `app-${bare}`
  return named.slice(0, NAME_LENGTH_MAX).replace(/-+$/, '')
}
