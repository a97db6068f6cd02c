import { FEATURE_LENGTH_MAX } from '@adsum/protocol'
import type { AppDeclaration } from '../app/declaration.ts'
import type { StoredItem } from '../ports.ts'
import type { FlatFeatures } from './flatten-features.ts'

/** Features of an item: its tags and its numbers. Texts are none: they are names. */
export function itemFeaturesOf(app: AppDeclaration, item: StoredItem): FlatFeatures {
  const features: Record<string, number | readonly string[]> = Object.create(null)
  for (const [name, { kind }] of Object.entries(app.items[item.type]?.attributes ?? {})) {
    const value = item.attributes[name]
    if (kind === 'number' && typeof value === 'number') features[name] = value
    if (kind === 'tags' && Array.isArray(value)) {
      const tags = value.filter((tag): tag is string => typeof tag === 'string')
      if (tags.length > 0) features[name] = tags.map((tag) => tag.slice(0, FEATURE_LENGTH_MAX))
    }
  }
  return features
}
