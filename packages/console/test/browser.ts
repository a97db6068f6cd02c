import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import chromium, { inflate } from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

/** A browser, or the reason why there is none on this machine. */
export type Opened =
  | { readonly browser: Browser; readonly reason: null }
  | { readonly browser: null; readonly reason: string }

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
]

/** Opens the Chromium that came with npm. It brings a font, and for bare machines its own libraries. */
export async function openBrowser(): Promise<Opened> {
  try {
    const executablePath = await chromium.executablePath()
    const fonts = { FONTCONFIG_PATH: join(tmpdir(), 'fonts') }
    const browser = await launch(executablePath, fonts).catch(async () => {
      const libraries = await inflate(join(binaries(), 'al2023.tar.br'))
      return launch(executablePath, { ...fonts, LD_LIBRARY_PATH: join(libraries, 'lib') })
    })
    return { browser, reason: null }
  } catch (fault) {
    const [line = 'unknown'] = String(fault).split('\n')
    return { browser: null, reason: line }
  }
}

function launch(executablePath: string, environment: Record<string, string>): Promise<Browser> {
  return playwright.launch({
    executablePath,
    args: ARGUMENTS,
    headless: true,
    env: { ...process.env, ...environment },
  })
}

/** Where the package keeps its archives. */
function binaries(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..', 'bin')
}
