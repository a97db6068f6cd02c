/** What a page tells about itself; nothing where there is no page. */

export interface PageListener {
  /** The network is back. */
  online(): void
  /** The page may never run again: the last moment to send anything. */
  hidden(): void
}

/**
 * Listens until the returned function is called. `visibilitychange` is the last event that phones
 * send for sure; `pagehide` is there for browsers that leave it out when a page is left.
 */
export function listenToPage({ online, hidden }: PageListener): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {}
  const changed = (): void => {
    if (document.visibilityState === 'hidden') hidden()
  }
  window.addEventListener('online', online)
  window.addEventListener('pagehide', hidden)
  document.addEventListener('visibilitychange', changed)
  return () => {
    window.removeEventListener('online', online)
    window.removeEventListener('pagehide', hidden)
    document.removeEventListener('visibilitychange', changed)
  }
}
