import { evaluationOperations } from './evaluation-operations.ts'
import { eventOperations } from './event-operations.ts'
import type { Operation } from './operation.ts'
import { PREFIXES, type Prefix } from './paths.ts'
import { settingsOperations } from './settings-operations.ts'
import { storedOperations } from './stored-operations.ts'

const OPERATIONS: readonly Operation[] = [
  ...eventOperations,
  ...settingsOperations,
  ...evaluationOperations,
  ...storedOperations,
]

/** Every operation of the protocol that is answered, under every prefix that has it. */
export const served: readonly { readonly prefix: Prefix; readonly operation: Operation }[] =
  PREFIXES.flatMap((prefix) =>
    OPERATIONS.filter(({ inFirstVersion }) => inFirstVersion || prefix !== PREFIXES[0]).map(
      (operation) => ({ prefix, operation }),
    ),
  )
