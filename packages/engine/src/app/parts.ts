import type { ServedModel } from '../models/served-model.ts'
import type { Trainer } from '../models/trainer.ts'
import type { AppStore, Clock, Entropy, ModelManifest } from '../ports.ts'
import type { Catalogue } from './catalogue.ts'

/** What an app is put together from. */
export interface AppParts {
  readonly store: AppStore
  readonly trainer: Trainer
  readonly clock: Clock
  readonly entropy: Entropy
  /** Where faults go that nobody waits for. */
  readonly report: (fault: unknown, what: string) => void
  readonly openModel: (
    manifest: ModelManifest,
    bytes: Uint8Array,
    catalogue: Catalogue,
    itemType: string,
  ) => Promise<ServedModel>
}
