import { AdsumError } from '@adsum/protocol'
import { CommanderError } from 'commander'

/** How a command ends. */
export const EXIT = { ok: 0, fault: 1, usage: 2 } as const

/** A fault of the command line itself; those of the product are AdsumErrors. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault'
  readonly code:
    | 'usage_invalid'
    | 'port_in_use'
    | 'answer_needed'
    | 'file_exists'
    | 'declaration_missing'

  constructor(code: CommandFault['code'], message: string) {
    super(message)
    this.code = code
  }

  get exitCode(): number {
    return this.code === 'usage_invalid' || this.code === 'answer_needed' ? EXIT.usage : EXIT.fault
  }
}

/** What a fault is called, in a sentence and a code. */
export function describeFault(fault: unknown): { code: string; message: string; exitCode: number } {
  if (fault instanceof CommandFault) return fault
  if (fault instanceof CommanderError) {
    return { code: 'usage_invalid', message: fault.message, exitCode: EXIT.usage }
  }
  if (fault instanceof AdsumError) {
    const { code, message } = fault
    // Naming no app where several run is a fault of what was typed, as is leaving something unsaid.
    const isUsage = code === 'app_required' || code === 'production_unconfigured'
    return { code, message, exitCode: isUsage ? EXIT.usage : EXIT.fault }
  }
  const message = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
  return { code: 'internal', message, exitCode: EXIT.fault }
}
