import { join } from 'node:path'
import { Command } from 'commander'
import { amount } from '../amount.ts'
import type { Context } from '../context.ts'
import { type MadeBackup, withData } from '../data-calls.ts'
import type { MakeCommand } from '../make-command.ts'

interface BackupOptions {
  readonly withKeys: boolean
}

const BYTES_PER_MB = 1_000_000

/** `adsum backup`: copies everything at rest into a folder, while a server goes on if there is one. */
export const backupCommand: MakeCommand = (context) =>
  new Command('backup')
    .description('Copy every app into a folder, from which "adsum restore" makes a data directory.')
    .argument('<folder>', 'a new folder for the backup')
    .option('--with-keys', 'copy the keys too, into the folder <folder>-keys', false)
    .addHelpText(
      'after',
      '\nExamples:\n  adsum backup /mnt/backups/monday\n  adsum backup monday --with-keys --json',
    )
    .action(async (folder: string, { withKeys }: BackupOptions) => {
      const here = context()
      const path = here.path(folder)
      const progress = here.output.progress()
      const made = await withData(here, (data) => data.backUp(path, withKeys, progress)).finally(
        () => progress.end(),
      )
      showBackup(here, made)
      here.output.result(made)
    })

function showBackup({ output, data }: Context, { backup, keys, bytes, apps }: MadeBackup): void {
  const events = apps.reduce((sum, app) => sum + app.events, 0)
  const size = `${(bytes / BYTES_PER_MB).toFixed(1)} MB`
  output.say(`${backup} holds ${amount(apps.length, 'app')}, ${amount(events, 'event')}, ${size}.`)
  output.say()
  if (keys === null) {
    output.say(`The keys are not in it. To restore it you need a copy of ${join(data, 'keys')},`)
    output.say('kept apart from it: without the keys nothing in the backup can be read by anybody.')
  } else {
    output.say(`The keys are in ${keys}. Keep them apart from the backup: who has both reads all.`)
    output.say('Destroy that copy within days: with it, people who are forgotten meanwhile would')
    output.say('come back when the backup is restored.')
  }
  output.say()
  output.say(`Restore it with: adsum --data <new folder> restore ${backup} --keys <folder of keys>`)
}
