import { AdsumError } from '@adsum/protocol'

/** Names under which this machine reaches itself. */
const LOCAL_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Addresses from which this machine reaches itself. */
const LOCAL_ADDRESS = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/

/**
 * Refuses requests that were not meant for this machine. A web page can make its visitor's browser
 * send requests to 127.0.0.1 by letting its own name resolve to that address; the browser then names
 * the page's host in `Host`, and that gives it away.
 * @throws AdsumError `host_not_allowed`
 */
export function refuseForeignHosts(host: string | undefined): void {
  if (host === undefined || !isLocal(host)) throw new AdsumError('host_not_allowed')
}

/**
 * Refuses requests without a key of pages from elsewhere: a page can send requests across origins, and
 * the browser names it in `Origin`.
 * @throws AdsumError `host_not_allowed`
 */
export function refuseForeignOrigins(origin: string | undefined): void {
  if (origin !== undefined && !isLocalOrigin(origin)) throw new AdsumError('host_not_allowed')
}

/** Whether a page is of this machine. */
export function isLocalOrigin(origin = ''): boolean {
  const scheme = /^https?:\/\//.exec(origin)
  return scheme !== null && isLocal(origin.slice(scheme[0].length))
}

/**
 * Refuses connections from other machines, whatever they name as the host.
 * @throws AdsumError `host_not_allowed`
 */
export function requireThisMachine(address: string | undefined): void {
  if (address === undefined || !LOCAL_ADDRESS.test(address))
    throw new AdsumError('host_not_allowed')
}

/** Whether `name` or `name:port` is this machine. */
function isLocal(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, '')
  return LOCAL_NAMES.has(name.toLowerCase())
}
