import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { missingFromLockfile, rules, type SourceFile, unreviewedInstallScripts } from '../tidy.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Files as they would be committed: tracked ones and new ones that git does not ignore. */
const tree: SourceFile[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => /\.(ts|tsx|mjs|json)$/.test(path))
  .flatMap((path) => {
    try {
      return [{ path, text: read(path) }]
    } catch {
      return [] // listed by git, but deleted in the working tree
    }
  })

/** For each rule a file that breaks it. */
const offenders: Record<string, SourceFile> = {
  'no hidden clock': { path: 'packages/engine/src/x.ts', text: 'const now = Date.now()' },
  'no hidden randomness': { path: 'packages/engine/src/x.ts', text: 'const r = Math.random()' },
  'no hidden environment': { path: 'packages/engine/src/x.ts', text: 'process.env.HOME' },
  'no type escapes': { path: 'packages/engine/src/x.ts', text: 'const a = b as any' },
  'no leftovers': { path: 'packages/engine/src/x.ts', text: 'x() // TODO finish' },
  'no drawers': { path: 'packages/engine/src/utils.ts', text: '' },
  'no long files': { path: 'packages/engine/src/x.ts', text: 'a\n'.repeat(501) },
  'exact versions': { path: 'packages/x/package.json', text: '{\n"a": "^1.0.0"\n}' },
  'lockfile without hosts': {
    path: 'package-lock.json',
    text: '{"resolved": "https://example.org/a.tgz"}',
  },
}

describe('the repository keeps its own rules', () => {
  test.each(rules.map((rule) => [rule.name, rule] as const))('%s', (_, rule) => {
    const problems = tree.flatMap((file) => rule.check(file))
    expect(problems).toEqual([])
  })

  test.each(rules.map((rule) => [rule.name, rule] as const))('%s: can fail', (name, rule) => {
    const offender = offenders[name]
    if (offender === undefined) throw new Error(`no offender for "${name}"`)
    expect(rule.check(offender)).not.toEqual([])
  })

  test('only reviewed packages run a script when they are installed', () => {
    expect(unreviewedInstallScripts(read('package-lock.json'), read('package.json'))).toEqual([])
  })

  test('an unreviewed install script is found', () => {
    const lockfile = '{"packages":{"node_modules/evil":{"hasInstallScript":true}}}'
    expect(unreviewedInstallScripts(lockfile, '{"allowScripts":{}}')).toEqual(['evil'])
  })

  test('the lockfile is complete: scripts/complete-lockfile.mjs adds what an install leaves out', () => {
    expect(missingFromLockfile(read('package-lock.json'))).toEqual([])
  })

  test('a missing native build is found', () => {
    const lockfile =
      '{"packages":{"node_modules/a":{"optionalDependencies":{"a-win32-x64":"1.0.0"}}}}'
    expect(missingFromLockfile(lockfile)).toEqual(['a-win32-x64'])
  })
})
