import type { Column, FileView, Mapping } from '@adsum/protocol'

export type Role = Column['role']

/** Which column plays which role, column by column. */
export type Roles = ReadonlyMap<string, Role>

/** Roles as people choose them, in the order of importance. */
export const roleTitles: Readonly<Record<Role, string>> = {
  user: 'person',
  item: 'what was chosen',
  time: 'time',
  value: 'rating or amount',
  type: 'kind of event',
  title: 'name of it',
  ignored: 'not used',
}

export function rolesOf(file: FileView): Roles {
  return new Map(file.columns.map(({ name, role }) => [name, role]))
}

/** Gives a column a role; a column that had it before goes without. */
export function withRole(roles: Roles, column: string, role: Role): Roles {
  return new Map(
    [...roles].map(([name, had]) => {
      if (name === column) return [name, role]
      return [name, had === role && role !== 'ignored' ? 'ignored' : had]
    }),
  )
}

/** The mapping that the roles make; `null` while the person or the item is missing. */
export function mappingOf(roles: Roles): Mapping | null {
  const columns = new Map([...roles].map(([name, role]) => [role, name]))
  const user = columns.get('user')
  const item = columns.get('item')
  if (user === undefined || item === undefined) return null
  const mapping: Mapping = { user, item }
  for (const role of ['time', 'value', 'type', 'title'] as const) {
    const column = columns.get(role)
    if (column !== undefined) mapping[role] = column
  }
  return mapping
}
