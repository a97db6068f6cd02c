/** A second process: tries to open a data directory, and tells what came of it and how long it took. */
import { open } from './second-process.ts'

process.stdout.write(JSON.stringify(await open(process.argv[2] ?? '')))
