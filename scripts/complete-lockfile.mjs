// Adds what `npm install` leaves out of the lockfile: native builds for other systems that the registry at
// hand does not carry. Without them `npm ci` refuses the lockfile everywhere. Run it after changing
// dependencies; entries added here have no integrity until an install elsewhere fills it in.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
]
const PROCESSORS = [
  'arm64',
  'x64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'arm',
]

const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8'))
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`
    if (place in lock.packages || `${path}/${place}` in lock.packages) continue
    const system = SYSTEMS.find((each) => name.includes(each))
    const processor = PROCESSORS.find((each) => new RegExp(`[-/]${each}(-|$)`).test(name))
    if (system === undefined || processor === undefined) {
      console.error(`${name}: the system cannot be told from the name; add it by hand`)
      process.exitCode = 1
      continue
    }
    lock.packages[place] = {
      version,
      cpu: [processor],
      ...(entry.dev === true ? { dev: true } : {}),
      optional: true,
      os: [system],
    }
    console.log(`added ${name} ${version}`)
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(sorted)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
