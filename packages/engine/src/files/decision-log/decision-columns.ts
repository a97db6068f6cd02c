import { AdsumError } from '@adsum/protocol'

/** What a column of a decision log can be, besides context. */
export const decisionRoles = [
  'action',
  'propensity',
  'reward',
  'candidates',
  'propensities',
  'position',
  'user',
] as const

export type DecisionRole = (typeof decisionRoles)[number]

/** Which column is which. */
export interface DecisionColumns {
  readonly format: 'decisions' | 'open-bandit'
  /** Places of columns; a role without a column is not in the log. */
  readonly roles: Readonly<Partial<Record<DecisionRole, number>>>
  /** Columns of what was known before, with the name that a model knows them by. */
  readonly context: readonly { readonly place: number; readonly name: string }[]
  /** Columns with the probabilities of a policy, as far as asked for, by name. */
  readonly policies: ReadonlyMap<string, number>
}

const REQUIRED = ['action', 'propensity', 'reward'] as const
const CONTEXT_PREFIX = 'context.'
/** The Open Bandit Dataset's names (Saito, Aihara, Matsutani and Narita, 2021). */
const OPEN_BANDIT = {
  action: 'item_id',
  position: 'position',
  reward: 'click',
  propensity: 'propensity_score',
} as const
const OPEN_BANDIT_CONTEXT = 'user_feature_'

/** Columns named by whoever calls, by role; the rest have the names of the format. */
export type DecisionMapping = Readonly<Partial<Record<DecisionRole, string>>>

/**
 * Settles which column of a log is which.
 * @param policyColumns columns with a policy's probabilities.
 * @throws AdsumError `decision_log_unclear`, naming the columns that are missing and those there are.
 */
export function decisionColumns(
  columns: readonly string[],
  mapping: DecisionMapping,
  policyColumns: readonly string[],
): DecisionColumns {
  const isOpenBandit =
    Object.keys(mapping).length === 0 &&
    Object.values(OPEN_BANDIT).every((name) => columns.includes(name))
  const names: DecisionMapping = isOpenBandit
    ? OPEN_BANDIT
    : { ...Object.fromEntries(decisionRoles.map((role) => [role, role])), ...mapping }
  const roles: Partial<Record<DecisionRole, number>> = {}
  for (const role of decisionRoles) {
    const place = columns.indexOf(names[role] ?? '')
    if (place >= 0) roles[role] = place
    else if (mapping[role] !== undefined) throw missing([mapping[role]], columns)
  }
  const absent = REQUIRED.filter((role) => roles[role] === undefined)
  if (absent.length > 0) throw missing(absent, columns)
  const prefix = isOpenBandit ? OPEN_BANDIT_CONTEXT : CONTEXT_PREFIX
  const unknown = policyColumns.filter((name) => !columns.includes(name))
  if (unknown.length > 0) throw missing(unknown, columns)
  return {
    format: isOpenBandit ? 'open-bandit' : 'decisions',
    roles,
    context: [...columns.entries()]
      .filter(([, name]) => name.startsWith(prefix))
      .map(([place, name]) => ({
        place,
        name: isOpenBandit ? name : name.slice(CONTEXT_PREFIX.length),
      })),
    policies: new Map(policyColumns.map((name) => [name, columns.indexOf(name)])),
  }
}

function missing(names: readonly string[], columns: readonly string[]): AdsumError {
  const quoted = (each: readonly string[]): string => each.map((name) => `"${name}"`).join(', ')
  return new AdsumError('decision_log_unclear', {
    problem: `there is no column ${quoted(names)} among ${quoted(columns)}`,
  })
}
