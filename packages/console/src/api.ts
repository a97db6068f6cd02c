import type {
  AppsResponse,
  AppView,
  Decision,
  DecisionRequest,
  ErrorBody,
  EventInput,
  EventsResponse,
  FileView,
  ItemsView,
  Job,
  Mapping,
  Receipt,
  UserView,
} from '@adsum/protocol'

/** A refusal of the server with its code and sentence, or `unreachable` when there was no answer. */
export class Refusal extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}

async function call<Answer>(
  method: string,
  path: string,
  options: { app?: string; json?: unknown; file?: Blob } = {},
): Promise<Answer> {
  const headers: Record<string, string> = {}
  if (options.app !== undefined) headers['adsum-app'] = options.app
  if (options.json !== undefined) headers['content-type'] = 'application/json'
  if (options.file !== undefined) headers['content-type'] = 'text/csv'
  const body = options.file ?? (options.json === undefined ? null : JSON.stringify(options.json))
  const response = await fetch(path, { method, headers, body }).catch(() => {
    throw new Refusal('unreachable', 'The server does not answer.')
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as Answer
  const { error } = (answer ?? {
    error: { code: 'unreachable', message: 'The server does not answer.' },
  }) as ErrorBody
  throw new Refusal(error.code, error.message)
}

const part = encodeURIComponent

export const api = {
  apps: async (): Promise<readonly AppView[]> => (await call<AppsResponse>('GET', '/v1/apps')).apps,
  decide: (app: string, json: DecisionRequest): Promise<Decision> =>
    call('POST', '/v1/decisions', { app, json }),
  user: (app: string, id: string): Promise<UserView> =>
    call('GET', `/v1/users/${part(id)}`, { app }),
  eraseUser: (app: string, id: string): Promise<Receipt> =>
    call('DELETE', `/v1/users/${part(id)}`, { app }),
  receipt: (app: string, id: string): Promise<Receipt> =>
    call('GET', `/v1/receipts/${part(id)}`, { app }),
  items: (app: string, ids: readonly string[]): Promise<ItemsView> =>
    call('GET', `/v1/items?${new URLSearchParams(ids.map((id) => ['id', id]))}`, { app }),
  firstItems: (app: string): Promise<ItemsView> => call('GET', '/v1/items?limit=1', { app }),
  send: (app: string, event: EventInput): Promise<EventsResponse> =>
    call('POST', '/v1/events', { app, json: { events: [event] } }),
  upload: (file: File): Promise<FileView> =>
    call('POST', `/v1/files?name=${part(file.name)}`, { file }),
  judge: (file: string, mapping: Mapping): Promise<Job> =>
    call('POST', `/v1/files/${part(file)}/verdict`, { json: { mapping } }),
  makeApp: (file: string, name: string, mapping: Mapping): Promise<Job> =>
    call('POST', `/v1/files/${part(file)}/app`, { json: { name, mapping } }),
  job: (id: string): Promise<Job> => call('GET', `/v1/jobs/${part(id)}`),
}
