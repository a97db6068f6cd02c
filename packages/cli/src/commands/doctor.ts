import { Command } from 'commander'
import { checkAll } from '../checks.ts'
import { EXIT } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'

/** `adsum doctor`: is everything as it should be, and if not, what is to be done? */
export const doctorCommand: MakeCommand = (context) =>
  new Command('doctor')
    .description('Check that everything is as it should be, and say what to do where it is not.')
    .addHelpText('after', '\nExamples:\n  adsum doctor\n  adsum doctor --json')
    .action(async () => {
      const here = context()
      const checks = await checkAll(here)
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
