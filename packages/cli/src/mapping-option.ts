import type { Column, Mapping } from '@adsum/protocol'
import { CommandFault } from './fault.ts'
import type { Output } from './output.ts'

const ROLES = ['user', 'item', 'time', 'value', 'type', 'title'] as const

/**
 * The mapping that was typed as `user=customer,item=sku`; undefined when none was.
 * @throws CommandFault `usage_invalid`
 */
export function parseMapping(typed: readonly string[] | undefined): Mapping | undefined {
  if (typed === undefined) return undefined
  const roles: Partial<Record<(typeof ROLES)[number], string>> = {}
  for (const part of typed.flatMap((text) => text.split(','))) {
    const [name = '', ...column] = part.split('=')
    const role = ROLES.find((known) => known === name.trim())
    if (role === undefined || column.length === 0) {
      throw new CommandFault(
        'usage_invalid',
        `--map takes role=column, such as user=customer,item=sku; the roles are ${ROLES.join(', ')}.`,
      )
    }
    roles[role] = column.join('=').trim()
  }
  const { user, item, ...others } = roles
  if (user === undefined || item === undefined) {
    throw new CommandFault('usage_invalid', '--map must name a column for user and one for item.')
  }
  return { user, item, ...others }
}

/** Shows what every column is taken for. */
export function showColumns(
  output: Output,
  columns: readonly Column[],
  mapping: Mapping,
  isTyped: boolean,
): void {
  const roleOf = new Map(Object.entries(mapping).map(([role, column]) => [column, role]))
  output.table([
    ['COLUMN', 'ROLE', 'EXAMPLES', 'WHY'],
    ...columns.map(({ name, examples, reason }) => {
      const role = roleOf.get(name) ?? '-'
      const why = isTyped && role !== '-' ? 'you said so' : reason
      return [name, role, examples.join(' | ').slice(0, 40), why]
    }),
  ])
}
