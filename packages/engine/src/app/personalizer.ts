import type { PersonalizerMapping } from '@adsum/protocol'
import type { AppDeclaration } from './declaration.ts'

export type { PersonalizerMapping }

/** Lets clients of Azure AI Personalizer ask one of the app's surfaces. */
export function personalizer(mapping: PersonalizerMapping): PersonalizerMapping {
  return { surface: mapping.surface }
}

/**
 * Checks that the surface can be meant by those clients: they bring their actions, know no "nothing", and
 * count the first reward or the sum.
 * @param refuse throws with the problem it is given
 */
export function checkPersonalizer(
  app: Pick<AppDeclaration, 'surfaces'>,
  { surface: name }: PersonalizerMapping,
  refuse: (problem: string) => never,
): void {
  const surface = Object.hasOwn(app.surfaces, name) ? app.surfaces[name] : undefined
  const problem =
    surface?.verb !== 'decide'
      ? 'which is no surface with the verb decide'
      : surface.actions !== null
        ? 'whose actions come from the catalogue; those clients bring theirs'
        : surface.nothing
          ? 'where nothing may be chosen; those clients always show an action'
          : !['first', 'sum'].includes(surface.reward.aggregation)
            ? 'which counts neither the first reward nor the sum'
            : null
  if (problem !== null) refuse(`Personalizer clients are answered by "${name}", ${problem}`)
}
