import {
  AdsumError,
  CHOICES_DEFAULT,
  type Decision,
  type DecisionRequest,
  type PersonalizationLevel,
  type StoredDecision,
} from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { AppDeclaration, Goal, RecommendSurface } from '../app/declaration.ts'
import { newId } from '../app/ids.ts'
import type { People } from '../app/people.ts'
import type { Person } from '../app/person.ts'
import { checkContext } from '../ingest/validate-event.ts'
import type { Popular } from '../models/popular.ts'
import type { ServedModel } from '../models/served-model.ts'
import type { AppStore, Clock, Entropy, StoredRecord, StoredReward } from '../ports.ts'
import { KeptAnswers } from './kept-answers.ts'
import { presentChoices, presentIncumbents, presentTerms, type Wording } from './present.ts'
import type { Ranked } from './ranked.ts'
import { type DecisionRecord, decodeRecord, encodeRecord } from './record.ts'
import type { RecordQueue } from './record-queue.ts'
import { incumbentsOf, SHADOW_KIND, type ShadowWatch } from './shadow-watch.ts'

export interface DecisionParts {
  readonly app: AppDeclaration
  readonly goal: Goal
  readonly catalogue: Catalogue
  readonly people: People
  readonly popular: Popular
  readonly store: AppStore
  readonly records: RecordQueue
  /** Compares with systems that are in charge where we only watch. */
  readonly watch: () => ShadowWatch
  readonly clock: Clock
  readonly entropy: Entropy
  /** The model in service, if there is one. */
  readonly model: () => ServedModel | null
  readonly report: (fault: unknown, what: string) => void
}

/** Questions to the surfaces of one app, their answers, and the log of both. */
export class Decisions {
  readonly #parts: DecisionParts
  readonly #wording: Wording
  readonly #kept = new KeptAnswers()

  constructor(parts: DecisionParts) {
    this.#parts = parts
    const { app, goal, catalogue } = parts
    const verb = app.events[goal.event]?.verb ?? 'You chose'
    this.#wording = { catalogue, goal: goal.event, verb }
  }

  /**
   * Answers a surface's question. The record is written behind the answer: it is at rest a few
   * milliseconds later.
   * @throws AdsumError `surface_unknown`, `context_invalid`; where we only watch `incumbent_required`,
   *   `action_unknown`
   */
  async decide(request: DecisionRequest): Promise<Decision> {
    const { app, catalogue, clock, entropy, people } = this.#parts
    const surface = this.#surface(request.surface)
    checkContext(app, request.context ?? {})
    const { mode = 'learn' } = surface
    const incumbent = mode === 'shadow' ? incumbentsOf(request, surface, catalogue) : null
    const person = request.user === undefined ? null : await people.get(request.user)
    const learned = person === null || person.forgotten ? null : person
    const { ranked, model, baseline } = this.#rank(surface, request, learned)
    const record: DecisionRecord = {
      surface: request.surface,
      // Of somebody unknown not even the id is kept: they may be someone who asked to be forgotten.
      user: (learned?.sequence.length ?? 0) > 0 ? (request.user ?? null) : null,
      context: request.context ?? {},
      time: clock.now(),
      model,
      baseline,
      ...ranked,
      ...(incumbent !== null && { incumbent }),
      features: ranked.features.map(({ item, step }) => ({
        item,
        time: learned?.timeOf(step) ?? null,
      })),
    }
    const id = newId('d', entropy)
    this.#write(id, record)
    return {
      id,
      surface: record.surface,
      model,
      baseline,
      personalization: record.personalization,
      mode,
      choices:
        incumbent === null
          ? presentChoices(record, this.#wording)
          : presentIncumbents(incumbent, catalogue),
    }
  }

  /** A stored decision with every term. */
  async read(stored: StoredRecord): Promise<StoredDecision> {
    const { id } = stored
    const record = decodeRecord(stored.body)
    const rewards = await this.#parts.store.readRewards(id)
    return {
      id,
      surface: record.surface,
      model: record.model,
      baseline: record.baseline,
      personalization: record.personalization,
      user: record.user,
      context: { ...record.context },
      time: new Date(record.time).toISOString(),
      candidates: record.candidates,
      ...(record.incumbent !== undefined && {
        mode: 'shadow',
        incumbent: record.incumbent.map((item) => this.#parts.catalogue.at(item).id),
      }),
      choices: presentTerms(record, this.#wording),
      rewards: rewards.flatMap(({ value, time }) =>
        value === null ? [] : [{ value, time: new Date(time).toISOString() }],
      ),
    }
  }

  /** @throws AdsumError `decision_unknown`, `reward_conflict` */
  async reward(reward: StoredReward, of: StoredRecord): Promise<'accepted' | 'duplicate'> {
    const status = await this.#parts.store.appendReward(reward)
    if (status === 'accepted' && of.kind === SHADOW_KIND && reward.value !== null) {
      this.#parts.watch().rewarded(of, reward.value)
    }
    if (status !== 'conflict') return status
    const { decision, id = '' } = reward
    throw new AdsumError('reward_conflict', { decision, reward: id }, { path: 'id' })
  }

  /** Lets go of what is kept in memory for a person. */
  forget(user: string): void {
    this.#kept.forget(user)
  }

  /** Another model serves from now on. */
  modelChanged(): void {
    this.#kept.clear()
  }

  #surface(name: string): RecommendSurface {
    const { app } = this.#parts
    const surface = Object.hasOwn(app.surfaces, name) ? app.surfaces[name] : undefined
    if (surface?.verb !== 'recommend') {
      const known = Object.keys(app.surfaces).join(', ')
      throw new AdsumError('surface_unknown', { app: app.name, surface: name, known })
    }
    return surface
  }

  /** The model's answer; the baseline's where there is no model or where it fails. */
  #rank(
    surface: RecommendSurface,
    request: DecisionRequest,
    person: Person | null,
  ): { ranked: Ranked; model: string | null; baseline: boolean } {
    const { popular, catalogue, goal, report } = this.#parts
    const level: PersonalizationLevel = request.personalization ?? 'history'
    const limit = request.limit ?? CHOICES_DEFAULT
    const sequence = person?.sequence ?? new Int32Array(0)
    const model = this.#parts.model()
    if (model !== null) {
      try {
        const asked = { model, sequence, key: `${request.surface}\n${level}\n${limit}` }
        const user = person !== null && sequence.length > 0 ? person.user : null
        const known = user === null ? undefined : this.#kept.find(user, asked)
        const ranked = known ?? model.rank({ level, sequence, repeats: surface.repeats, limit })
        if (known === undefined && user !== null) this.#kept.keep(user, asked, ranked)
        return { ranked, model: model.manifest.id, baseline: false }
      } catch (fault) {
        report(fault, `surface ${request.surface} answered with the baseline`)
      }
    }
    const items = catalogue.all().filter((item) => item.type === goal.items)
    const seen = level === 'everyone' || surface.repeats ? [] : sequence
    const ranked = popular.rank(items, new Set(seen), limit)
    return { ranked, model: null, baseline: true }
  }

  #write(id: string, record: DecisionRecord): void {
    const { user, time, incumbent } = record
    const body = encodeRecord(record)
    if (incumbent === undefined) this.#parts.records.add({ id, user, time, body })
    else {
      const { taken } = this.#parts.records.add({ id, user, time, body, kind: SHADOW_KIND })
      void taken.then((isTaken) => {
        if (isTaken) this.#parts.watch().noted(record)
      })
    }
  }
}
