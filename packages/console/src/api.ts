import { type Client, createClient } from '@adsum/client'

/** The server that this page came from, for what concerns no app in particular. */
export const server: Client = createClient({ url: '' })

/** One app of the server that this page came from. */
export function clientOf(app: string): Client {
  return createClient({ url: '', app })
}
