/**
 * The repository's own rules that no linter knows. Each rule is a function from a file to problems; the
 * test beside it runs all of them over the tree, and proves of each that it can fail.
 */

/** A file of the tree, path relative to the root. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

export interface Problem {
  readonly path: string
  /** 1 for the first; 0 when it concerns the file as a whole. */
  readonly line: number
  readonly message: string
}

export interface Rule {
  readonly name: string
  check(file: SourceFile): Problem[]
}

/** Lines of a source file; above it a file usually holds two ideas. */
const FILE_LINES_MAX = 500

/** Files that may read the environment, the clock and true randomness: they assemble a process. */
const MAIN_FILES = [
  /^packages\/cli\/src\/main\.ts$/,
  /^bench\/src\//,
  /^scripts\//,
  /\/test\//,
  /^packages\/console\/src\/main\.tsx$/,
  /(vite|vitest)\.config\.ts$/,
]

const isSource = (path: string): boolean =>
  /\.(ts|tsx|mjs)$/.test(path) && !path.includes('/assembly/') && !path.endsWith('.d.ts')
const isMain = (path: string): boolean => MAIN_FILES.some((pattern) => pattern.test(path))
const isCode = (path: string): boolean => isSource(path) && !/^scripts\/(test\/)?tidy/.test(path)

/** A rule that forbids a pattern line by line. */
function forbid(
  name: string,
  applies: (path: string) => boolean,
  pattern: RegExp,
  message: string,
): Rule {
  return {
    name,
    check: ({ path, text }) => {
      if (!applies(path)) return []
      return text.split('\n').flatMap((line, index) => {
        const code = line.replace(/^\s*(\*|\/\/|\/\*).*$/, '')
        return pattern.test(code) ? [{ path, line: index + 1, message }] : []
      })
    },
  }
}

export const rules: readonly Rule[] = [
  forbid(
    'no hidden clock',
    (path) => isCode(path) && !isMain(path) && !path.endsWith('.mjs'),
    /\bDate\.now\(|new Date\(\)/,
    'take the time as an argument',
  ),
  forbid(
    'no hidden randomness',
    (path) => isCode(path) && !isMain(path),
    /\bMath\.random\(/,
    'take the randomness as an argument',
  ),
  forbid(
    'no hidden environment',
    (path) => isCode(path) && !isMain(path) && !path.endsWith('.mjs'),
    /\bprocess\.(env|argv)\b/,
    'only main files read the environment',
  ),
  forbid(
    'no type escapes',
    (path) => isCode(path),
    /\bas any\b|:\s*any\b|as unknown as|@ts-(ignore|expect-error|nocheck)/,
    'narrow the type instead of escaping it',
  ),
  forbid(
    'no leftovers',
    (path) => isSource(path) && !path.startsWith('scripts/'),
    /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(only|todo)\b|\bdebugger\b/,
    'finish it, or take it out',
  ),
  {
    name: 'no drawers',
    check: ({ path }) =>
      /(^|\/)(utils?|helpers?|misc|common|types|manager|service)\.[a-z]+$/.test(path)
        ? [{ path, line: 0, message: 'name the file after the idea in it' }]
        : [],
  },
  {
    name: 'no long files',
    check: ({ path, text }) => {
      const lines = text.split('\n').length
      return isSource(path) && !path.includes('/test/') && lines > FILE_LINES_MAX
        ? [{ path, line: 0, message: `${lines} lines; ${FILE_LINES_MAX} at the most` }]
        : []
    },
  },
  {
    name: 'exact versions',
    check: ({ path, text }) => {
      if (!/(^|\/)package\.json$/.test(path)) return []
      return text.split('\n').flatMap((line, index) => {
        const loose = /":\s*"[\^~><*]/.test(line)
        return loose ? [{ path, line: index + 1, message: 'pin the exact version' }] : []
      })
    },
  },
  {
    name: 'lockfile without hosts',
    check: ({ path, text }) =>
      path === 'package-lock.json' && /"resolved":\s*"https?:/.test(text)
        ? [{ path, line: 0, message: 'names a host; install with the .npmrc of the root' }]
        : [],
  },
]

/** Packages of the lockfile that run a script when they are installed, beyond those allowed. */
export function unreviewedInstallScripts(lockfile: string, manifest: string): string[] {
  const { packages } = JSON.parse(lockfile) as {
    packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>
  }
  const { allowScripts } = JSON.parse(manifest) as { allowScripts: Record<string, boolean> }
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && entry.hasInstallScript === true)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
    .filter((name) => !(name in allowScripts))
}

/** Optional dependencies that the lockfile does not list: `npm ci` refuses it because of them. */
export function missingFromLockfile(lockfile: string): string[] {
  const { packages } = JSON.parse(lockfile) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  return Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter(
      (name) => !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
    ),
  )
}
