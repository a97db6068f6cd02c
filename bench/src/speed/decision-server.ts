/** The server process of the decisions workload: serves a data directory until its input ends. */
import { once } from 'node:events'
import { createServer } from '@adsum/server'
import { openEngine } from '../served-movielens.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('usage: decision-server.ts <data directory>')
const engine = await openEngine(path)
for (const { name } of await engine.apps()) await engine.app(name).ready
const server = createServer({ engine, version: 'bench' })
console.log(await server.listen({ host: '127.0.0.1', port: 0 }))
process.stdin.resume()
await once(process.stdin, 'end')
await server.close()
await engine.close()
