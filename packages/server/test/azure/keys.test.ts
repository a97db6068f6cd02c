/** Who may ask, where the server guesses nothing: the subscription key is one of ours. */

import { type KeyRequest, keyRequestSchema } from '@adsum/protocol'
import { createServer } from '@adsum/server'
import { expect, it, onTestFinished } from 'vitest'
import { serveLoop } from './served-loop.ts'

const HOST = 'adsum.example'
const lunch = { actions: [{ id: 'soup', features: [] }] }

it('takes a secret key of the app with the scope, in the header of those clients', async () => {
  const { engine } = await serveLoop()
  const server = createServer({ engine, version: '1', publicUrl: `https://${HOST}` })
  onTestFinished(() => server.close())
  const make = async (request: Pick<KeyRequest, 'kind' | 'scopes'>, name: string) => {
    const order = keyRequestSchema.parse({ ...request, app: 'menu', name })
    return (await engine.accessKeys.create(order)).text ?? ''
  }
  const ask = async (method: 'POST' | 'DELETE', path: string, key: string | null) => {
    const answer = await server.inject({
      method,
      url: `/personalizer/v1.0${path}`,
      headers: { host: HOST, ...(key !== null && { 'ocp-apim-subscription-key': key }) },
      ...(method === 'POST' && { payload: JSON.stringify(lunch) }),
    })
    const { error } = answer.body === '' ? { error: undefined } : JSON.parse(answer.body)
    return [answer.statusCode, error?.code]
  }
  const application = await make({ kind: 'secret', scopes: ['decide'] }, 'application')
  const operator = await make({ kind: 'secret', scopes: ['operate'] }, 'operator')
  const page = await make({ kind: 'write' }, 'page')
  expect(await ask('POST', '/rank', application)).toEqual([201, undefined])
  expect(await ask('DELETE', '/model', operator)).toEqual([204, undefined])
  expect(await ask('DELETE', '/model', application)).toEqual([403, 'OperationNotAllowed'])
  expect(await ask('POST', '/rank', operator)).toEqual([403, 'OperationNotAllowed'])
  expect(await ask('POST', '/rank', page)).toEqual([403, 'OperationNotAllowed'])
  const changed = `${application.slice(0, -4)}AAAA`
  for (const wrong of ['any', changed, null]) {
    expect(await ask('POST', '/rank', wrong)).toEqual([401, 'InvalidApiAccess'])
  }
})
