import { join } from 'node:path'
import { writeFileDurably } from '../src/folders.ts'
import { fill } from './backup-fixture.ts'
import { openAt } from './fixture.ts'

/**
 * Writes a file, or makes a backup, for a tracer to look at:
 *
 *   strace -f -y node write-durably.ts <folder> <file | backup>
 */
const [folder = '', what = ''] = process.argv.slice(2)
if (what === 'file') writeFileDurably(join(folder, 'small'), Buffer.from('whole'), 0o600)
else {
  const storage = await openAt(join(folder, 'data'))
  await fill(await storage.openApp('cinema'))
  await storage.backup({ folder: join(folder, 'made'), withKeys: true })
  await storage.close()
}
