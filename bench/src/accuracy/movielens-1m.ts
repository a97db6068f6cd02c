import { join } from 'node:path'
import { dataSet, linesOf } from '../data-sets.ts'

/** One person's films, oldest first, and the one to be found. */
export interface Case {
  readonly user: string
  readonly history: readonly string[]
  readonly target: string
}

/** What may be learned from, and who is tested. */
export interface Split {
  /** Lines "user item", people one after another, oldest first. */
  readonly training: readonly string[]
  readonly cases: readonly Case[]
}

/**
 * MovieLens-1M by the gSASRec split: of each of 6,040 people the last film is the test, everything
 * before it may be learned from. For validation the 512 people of the split have the film before it as
 * target and one film less to learn from; nobody's test film is touched.
 */
export function movielens1m(part: 'test' | 'validation'): Split {
  const folder = dataSet('movielens-1m')
  const histories = new Map<string, string[]>()
  for (const line of linesOf(join(folder, 'ml-1m.txt.gz'))) {
    const [user, item] = line.split(' ') as [string, string]
    const history = histories.get(user)
    if (history === undefined) histories.set(user, [item])
    else history.push(item)
  }
  const targets = linesOf(join(folder, 'gsasrec-split', 'test_output.txt'))
  for (const [index, history] of [...histories.values()].entries()) {
    if (history.pop() !== targets[index])
      throw new Error(`the test film of line ${index + 1} differs`)
  }
  const cases =
    part === 'test'
      ? [...histories].map(([user, history], index) => ({
          user,
          history,
          target: targets[index] as string,
        }))
      : validationCases(folder, histories)
  return { training: linesFrom(histories), cases }
}

/** Takes the validation films out of the histories. */
function validationCases(folder: string, histories: Map<string, string[]>): Case[] {
  const byHistory = new Map([...histories].map(([user, history]) => [history.join(' '), user]))
  const inputs = linesOf(join(folder, 'gsasrec-split', 'val_input.txt.gz'))
  const outputs = linesOf(join(folder, 'gsasrec-split', 'val_output.txt'))
  return inputs.map((input, index) => {
    const target = outputs[index] as string
    const user = byHistory.get(`${input} ${target}`)
    const history = user === undefined ? undefined : histories.get(user)
    if (user === undefined || history === undefined)
      throw new Error(`nobody fits line ${index + 1}`)
    history.pop()
    return { user, history, target }
  })
}

function linesFrom(histories: ReadonlyMap<string, readonly string[]>): string[] {
  return [...histories].flatMap(([user, history]) => history.map((item) => `${user} ${item}`))
}
