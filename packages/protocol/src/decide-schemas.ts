import { z } from 'zod'
import { idSchema } from './id-schema.ts'
import { ACTIONS_MAX, CHOICES_MAX, ID_LENGTH_MAX } from './limits.ts'

/** What a surface does with what it is told: learns, watches another system, or stays as it is. */
export const surfaceModeSchema = z.enum(['learn', 'shadow', 'frozen'])
export type SurfaceMode = z.infer<typeof surfaceModeSchema>

/**
 * Features in free form: an object, or a list of them. Values are texts, numbers, booleans, lists of
 * these, or further objects; what is nested is named by its path. Judged by the engine (`features_invalid`).
 */
export const featuresSchema = z.unknown()

/** One option of a decision, by its id, with the features that it has at this moment. */
export const actionSchema = z.strictObject({
  id: idSchema,
  features: featuresSchema.optional(),
})
export type ActionInput = z.infer<typeof actionSchema>

/** What only surfaces with the verb `decide` take, beside what all do. */
export const decideRequestFields = {
  /** An id of the caller's own; the same question under the same id gets the same answer. */
  id: idSchema.optional(),
  /** What can be chosen; the first is the baseline. Without it everything in the catalogue can. */
  actions: z.array(actionSchema).min(1).max(ACTIONS_MAX).optional(),
  /** Actions that cannot be chosen now. */
  exclude: z.array(idSchema).max(ACTIONS_MAX).optional(),
  /** Features of the person and the moment, beside the declared context. */
  features: featuresSchema.optional(),
  /** In shadow mode what the other system chose, `null` for nothing; where it recommends, its list. */
  incumbent: z.union([idSchema, z.null(), z.array(idSchema).max(CHOICES_MAX)]).optional(),
  /** Prepared ahead: counts only once it is activated. */
  deferred: z.boolean().optional(),
}

/** An option and the probability with which it was chosen; `null` is "nothing". */
export const optionSchema = z.object({ action: z.string().nullable(), propensity: z.number() })

/** What answers of `decide` surfaces carry beside the choice. */
export const decidedFields = {
  mode: surfaceModeSchema.optional(),
  /** Every option that could be chosen; the propensities add up to 1. */
  options: z.array(optionSchema).optional(),
  /** False where nothing is learned of it: an internal fault, or a surface that does not learn. */
  learns: z.boolean().optional(),
}

/** What kept an action from being chosen. */
export const constraintSchema = z.object({
  action: z.string(),
  by: z.enum(['excluded', 'ineligible', 'stock', 'cap']),
})
export type Constraint = z.infer<typeof constraintSchema>

/** What a stored `decide` decision tells beside the answer. */
export const storedDecidedFields = {
  /**
   * Every option with its integers: `score / scale` is the predicted reward, the exploration included;
   * `parts / partsTotal` the propensity. The options in order, each as wide as its parts: the one in
   * which `draw` lies was chosen.
   */
  replay: z
    .object({
      scale: z.number().int(),
      partsTotal: z.number().int(),
      draw: z.number().int(),
      chosen: z.string().nullable(),
      options: z.array(
        z.object({
          action: z.string().nullable(),
          score: z.number().int(),
          exploration: z.number().int(),
          parts: z.number().int(),
        }),
      ),
    })
    .optional(),
  constraints: z.array(constraintSchema).optional(),
  /** What the other system chose, where we only watched. */
  incumbent: z.union([z.string(), z.null(), z.array(z.string())]).optional(),
  /** Where its reward stands: what is learned of it so far, and until when rewards count. */
  learning: z
    .object({
      state: z.enum(['waiting', 'deferred', 'learned', 'dropped']),
      value: z.number().nullable(),
      until: z.string(),
    })
    .optional(),
}

/** `POST /v1/decisions/{id}/activate`: the prepared decision was shown. */
export const activationResponseSchema = z.object({ status: z.enum(['accepted', 'duplicate']) })
export type ActivationResponse = z.infer<typeof activationResponseSchema>

/** `GET /v1/surfaces/{name}`: how a surface stands. Of one that recommends only what is compared is counted. */
export const surfaceReportSchema = z.object({
  surface: z.string().max(ID_LENGTH_MAX),
  verb: z.string(),
  mode: surfaceModeSchema,
  /** The model that answers; `null` before anything was learned. */
  model: z.string().nullable(),
  /** Decisions recorded that count, those learned, and those that wait for their reward. */
  decisions: z.number().int(),
  learned: z.number().int(),
  waiting: z.number().int(),
  /** Mean of what was learned; `null` before there is any. */
  meanReward: z.number().nullable(),
  /** In shadow mode: how we compare with the system that is in charge. */
  shadow: z
    .object({
      /** Learned decisions in which both were known. */
      compared: z.number().int(),
      /** Share of them in which we would have chosen the same. */
      agreement: z.number().nullable(),
      /** Mean reward where we agree, and where we do not. */
      rewardWhenAgreed: z.number().nullable(),
      rewardWhenNot: z.number().nullable(),
      /** By our own predictions: what our choices would have brought beyond theirs, per decision. */
      estimatedLift: z.number().nullable(),
    })
    .optional(),
})
export type SurfaceReport = z.infer<typeof surfaceReportSchema>
