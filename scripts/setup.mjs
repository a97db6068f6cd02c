// Makes a checkout ready to run: installs dependencies, builds the kernels and the pages, each only when
// missing or older than its sources. Plain JavaScript, because it runs on whatever Node the machine has.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const quiet = process.argv.includes('--quiet')
const say = (line) => quiet || console.error(line)

const major = Number(process.versions.node.split('.')[0])
if (major < NODE_MAJOR_MIN) {
  console.error(
    `Adsum needs Node ${NODE_MAJOR_MIN} or later to install itself; this is ${process.version}.`,
  )
  process.exit(1)
}

install()
build('packages/kernels/build.mjs')
build('packages/console/build.mjs')

/** Installs exactly what the lockfile says, unless that is what is there. */
function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = join(root, 'node_modules', '.adsum-installed')
  const ownNode = join(
    root,
    'node_modules',
    '.bin',
    process.platform === 'win32' ? 'node.cmd' : 'node',
  )
  if (existsSync(stamp) && existsSync(ownNode) && readFileSync(stamp, 'utf8') === digest) return
  say('Installing dependencies (once; about a minute) ...')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, digest)
}

/** Runs a package's build script on the Node that the project pins. */
function build(script) {
  const path = join(root, script)
  if (!existsSync(path)) return
  run(join(root, 'node_modules', '.bin', 'node'), [path, ...(quiet ? ['--quiet'] : [])])
}

function run(command, argumentList) {
  const shell = process.platform === 'win32'
  const result = spawnSync(command, argumentList, {
    cwd: root,
    shell,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (result.error !== undefined || result.status !== 0) {
    console.error(
      `"${command} ${argumentList.join(' ')}" failed. See above; then run the command again.`,
    )
    process.exit(result.status ?? 1)
  }
}
