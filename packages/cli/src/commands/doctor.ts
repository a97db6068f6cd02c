import { Command } from 'commander'
import { checkAll, checkDeeply } from '../checks.ts'
import { EXIT } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'

interface DoctorOptions {
  readonly deep: boolean
}

/** `adsum doctor`: is everything as it should be, and if not, what is to be done? */
export const doctorCommand: MakeCommand = (context) =>
  new Command('doctor')
    .description('Check that everything is as it should be, and say what to do where it is not.')
    .option('--deep', 'read every event, decision, item and model at rest too', false)
    .addHelpText(
      'after',
      '\nExamples:\n  adsum doctor\n  adsum doctor --deep\n  adsum doctor --json',
    )
    .action(async ({ deep }: DoctorOptions) => {
      const here = context()
      const checks = [...(await checkAll(here)), ...(deep ? await checkDeeply(here) : [])]
      here.output.table(
        checks.map(({ name, ok, found, todo }) => [
          ok ? 'ok' : '!!',
          name,
          todo === '' ? found : `${found} ${todo}`,
        ]),
      )
      const ok = checks.every((check) => check.ok)
      here.output.say()
      here.output.say(ok ? 'All is well.' : 'Something needs attention: see the lines with !!.')
      here.output.result({ ok, checks })
      if (!ok) here.exitWith(EXIT.fault)
    })
