import { cpus, totalmem } from 'node:os'

/** The machine that a figure was measured on, in words. */
export function machine(): string {
  const processors = cpus()
  const gib = Math.round(totalmem() / 2 ** 30)
  const model = processors[0]?.model.trim() ?? 'unknown processor'
  return `${processors.length} x ${model}, ${gib} GiB, Node ${process.versions.node}`
}

/** Most memory that this process ever had resident, in MB. */
export function peakMemoryMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1000)
}
