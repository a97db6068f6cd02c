import { parentPort, workerData } from 'node:worker_threads'
import { AtRest } from '@adsum/engine/at-rest'
import { sealingKey } from './cipher.ts'
import { DataLayout } from './data-layout.ts'
import { GroupCommit } from './group-commit.ts'
import type { Request, WriterStart } from './messages.ts'
import { RandomStream } from './random-stream.ts'

/** The writer thread: everything that touches the databases of a data directory happens here. */
const { path, seed, root }: WriterStart = workerData
const commits = new GroupCommit(
  new DataLayout(path),
  sealingKey(root),
  new RandomStream(seed),
  (answer) => parentPort?.postMessage(answer),
)
const rest = new AtRest()
parentPort?.on('message', (request: Request) => {
  rest.stir()
  commits.take(request)
})
