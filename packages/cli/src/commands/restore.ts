import { EVERY_APP } from '@adsum/protocol'
import { type RestoreReport, restoreBackup } from '@adsum/storage'
import { Command } from 'commander'
import { amount } from '../amount.ts'
import type { Context } from '../context.ts'
import type { MakeCommand } from '../make-command.ts'

interface RestoreWords {
  readonly keys?: string
}

/** `adsum restore`: makes a data directory of a backup, or says why it must not. */
export const restoreCommand: MakeCommand = (context) =>
  new Command('restore')
    .description('Make a new data directory of a backup, after checking every byte of it.')
    .argument('<backup>', 'the folder of the backup')
    .option('--keys <folder>', 'the folder of the keys (default: <backup>-keys)')
    .addHelpText(
      'after',
      '\nThe data directory (--data or ADSUM_DATA) must be new or empty.\n' +
        '\nExamples:\n' +
        '  adsum --data restored restore monday --keys /var/lib/adsum/keys\n' +
        '  adsum --data restored restore monday',
    )
    .action(async (backup: string, { keys }: RestoreWords) => {
      const here = context()
      const { world, output, data } = here
      const progress = output.progress()
      const report = await restoreBackup({
        backup: here.path(backup),
        keys: keys === undefined ? null : here.path(keys),
        target: data,
        clock: world.clock,
        entropy: world.entropy,
        onProgress: (step, done) => progress.show(step, done),
      }).finally(() => progress.end())
      showRestored(here, report)
      const accessKeys = report.accessKeys.map((key) => ({
        ...key,
        revoke: revoking(data, key.id),
      }))
      output.result({ data, ...report, accessKeys })
    })

/** The command that ends a restored key. */
function revoking(data: string, id: string): string {
  return `adsum --data ${data} keys revoke ${id}`
}

function showRestored(here: Context, { made, apps, accessKeys }: RestoreReport): void {
  const { output, data } = here
  output.say(`${data} is as it was at ${made}; every byte and every event was checked.`)
  for (const { found, erased } of apps) {
    const { app, events, people, models } = found
    const model = models === 0 ? 'no model yet' : amount(models, 'model')
    output.say(
      `  ${app}  ${amount(events, 'event')}, ${amount(people, 'person', 'people')}, ${model}`,
    )
    if (erased.people === 0) continue
    const gone = amount(erased.people, 'person', 'people')
    output.say(`    left out: ${gone} whose key is gone, with ${amount(erased.events, 'event')}:`)
    output.say(
      '    they were erased after the backup was made, or came after the keys were copied.',
    )
    output.say('    A new model is fitted without them.')
  }
  showKeys(here, accessKeys)
  output.say()
  output.say(`Serve it with: adsum --data ${data} start`)
}

/** The backup is older than any revocation since: whoever holds one of these keys is let in again. */
function showKeys({ output, data }: Context, keys: RestoreReport['accessKeys']): void {
  if (keys.length === 0) return
  output.say()
  output.say(`${amount(keys.length, 'access key')} came back, as taken when the backup was made:`)
  output.table(
    keys.map(({ id, kind, app, name, scopes }) => [
      id,
      kind,
      app === EVERY_APP ? 'every app' : app,
      name,
      scopes.join(', '),
    ]),
  )
  output.say(
    'Whoever holds one of them is let in again, also if you have revoked it since. To end one:',
  )
  output.say(`  ${revoking(data, '<id>')}`)
}
