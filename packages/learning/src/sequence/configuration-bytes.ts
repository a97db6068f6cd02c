import type { BinaryReader } from '../binary-reader.ts'
import type { BinaryWriter } from '../binary-writer.ts'
import { readingBytes } from '../errors.ts'
import {
  SCALE_MASS_MAX,
  SCALES_MAX,
  type SequenceConfiguration,
  sequenceConfiguration,
} from '../features/weights.ts'

/** Writes the weights themselves, so that bytes mean the same wherever they are read. */
export function writeSequenceConfiguration(
  writer: BinaryWriter,
  configuration: SequenceConfiguration,
): void {
  writer.text(configuration.version)
  writer.unsigned(configuration.scales.length)
  for (const { weights } of configuration.scales) {
    writer.unsigned(weights.length)
    for (const weight of weights) writer.unsigned(weight)
  }
}

/** Reads what `writeSequenceConfiguration` wrote, checked again. */
export function readSequenceConfiguration(reader: BinaryReader): SequenceConfiguration {
  const version = reader.text()
  const scales = Array.from({ length: reader.unsigned(SCALES_MAX) }, () => ({
    weights: Int32Array.from({ length: reader.unsigned(SCALE_MASS_MAX) }, () =>
      reader.unsigned(SCALE_MASS_MAX),
    ),
  }))
  return readingBytes(() => sequenceConfiguration(version, scales))
}
