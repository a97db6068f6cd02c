import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { keyRequestSchema } from '@adsum/protocol'
import { exportJWK, generateKeyPair } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import { MemoryEngine, send, serve } from '../../src/testing/index.ts'

const GUIDE = join(import.meta.dirname, '../../../../docs/keys.md')

/** The example of the guide, made to run. */
async function signFor(person: string, privateKey: CryptoKey): Promise<string> {
  const [, example] = /```ts\n([\s\S]+?)```/.exec(readFileSync(GUIDE, 'utf8')) ?? []
  // It lies here for a moment, where its library is found.
  const file = join(import.meta.dirname, `.example-${process.pid}.ts`)
  writeFileSync(file, example ?? '')
  onTestFinished(() => rmSync(file))
  const made = (await import(pathToFileURL(file).href)) as { signFor: typeof signFor }
  return made.signFor(person, privateKey)
}

test('a token that is signed as the guide says is taken', async () => {
  const engine = new MemoryEngine('shop')
  engine.now = Date.now()
  const { publicKey, privateKey } = await generateKeyPair('Ed25519')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'backend-1' }
  await engine.accessKeys.create(keyRequestSchema.parse({ kind: 'verify', app: 'shop', jwk }))
  const { url } = await serve(engine)
  const authorization = `Bearer ${await signFor('u-1', privateKey)}`
  const ask = (user: string) => send(`${url}/v1/users/${user}`, 'GET', undefined, { authorization })
  expect((await ask('u-1')).status).toBe(200)
  expect((await ask('u-2')).status).toBe(403)
})
