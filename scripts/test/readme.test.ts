import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decisionSchema, eventsResponseSchema, receiptSchema } from '@adsum/protocol'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

/** The lines between the marked fences of the README. */
function quickstart(): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const match = /<!-- quickstart[^>]*-->\n```sh\n([\s\S]*?)```/.exec(readme)
  if (match === null) throw new Error('the README has no marked quickstart')
  return match[1] as string
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

test('the quickstart of the README does what it says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'adsum-readme-'))
  const env = { ...process.env, PORT: String(await freePort()), ADSUM_DATA: folder }
  const server = spawn(
    join(root, 'node_modules', '.bin', 'node'),
    [join(root, 'packages', 'cli', 'src', 'main.ts'), 'start'],
    { env, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  try {
    let printed = ''
    for await (const chunk of server.stdout) {
      printed += String(chunk)
      if (printed.includes(`127.0.0.1:${env.PORT}`)) break
    }
    const { stdout } = await run('bash', ['-euc', quickstart()], { env })
    const [events, decision, receipt] = stdout.trim().split('\n')
    const { results } = eventsResponseSchema.parse(JSON.parse(events ?? ''))
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'accepted'])
    const { choices, personalization } = decisionSchema.parse(JSON.parse(decision ?? ''))
    expect(choices).toHaveLength(3)
    expect(personalization).toBe('history')
    for (const { reasons, score } of choices) {
      expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBe(score)
    }
    expect(receiptSchema.parse(JSON.parse(receipt ?? '')).events).toBe(2)
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
})
