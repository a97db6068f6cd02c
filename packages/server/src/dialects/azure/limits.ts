/** Bounds of the Personalizer dialect: those of the service that its clients were made for, unless said. */

/** Characters of the id of an event, of an action and of a slot. */
export const EVENT_ID_LENGTH_MAX = 256
/** Actions of one rank, and slots of a multi-slot rank. */
export const ACTIONS_PER_RANK_MAX = 50
export const SLOTS_PER_RANK_MAX = 50
/** Rewards and activations that are kept because their rank has not come yet, per app; ours. */
export const ORPHANS_MAX = 10_000
/** Multi-slot events whose slots are remembered in memory, per app; ours. */
export const EVENTS_REMEMBERED_MAX = 10_000
/** Seconds that rewards may be waited for. */
export const REWARD_WAIT_SECONDS_MIN = 5
export const REWARD_WAIT_SECONDS_MAX: number = 2 * 24 * 60 * 60
/** Characters of the command line of a policy, and of a name; ours. */
export const ARGUMENTS_LENGTH_MAX = 2_000
export const NAME_LENGTH_MAX = 256
/** Policies of one evaluation, and evaluations that are kept per app; ours. */
export const POLICIES_PER_EVALUATION_MAX = 10
export const EVALUATIONS_MAX = 50
/** Seconds after which a client may try again when nothing else is known. */
export const RETRY_SECONDS = 1
/** Bytes of a model that is brought back; ours. */
export const MODEL_BYTES_MAX: number = 256 * 1024 * 1024
