export {
  describeLearner,
  type LearnerFactory,
  type LearnerLaw,
  learnerLaws,
} from './learner-contract.ts'
