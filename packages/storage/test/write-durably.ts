import { join } from 'node:path'
import { writeFileDurably } from '../src/folders.ts'
import { writeFileOffLoop } from '../src/off-loop-files.ts'
import { fill } from './backup-fixture.ts'
import { openAt } from './fixture.ts'

/**
 * Writes a file, or makes a backup, for a tracer to look at:
 *
 *   strace -f -y node write-durably.ts <folder> <file | file-off-loop | backup>
 */
const [folder = '', what = ''] = process.argv.slice(2)
const small = [join(folder, 'small'), Buffer.from('whole'), 0o600] as const
if (what === 'file') writeFileDurably(...small)
else if (what === 'file-off-loop') await writeFileOffLoop(...small)
else {
  const storage = await openAt(join(folder, 'data'))
  await fill(await storage.openApp('cinema'))
  await storage.backup({ folder: join(folder, 'made'), withKeys: true })
  await storage.close()
}
