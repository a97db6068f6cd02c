/** Reading logs of decisions, whoever wrote them. */
export { type DecisionMapping, type DecisionRole, decisionRoles } from './decision-columns.ts'
export { type DecisionLog, type DecisionLogOptions, readDecisionLog } from './read-decision-log.ts'
