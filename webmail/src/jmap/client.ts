// A small JMAP client (RFC 8620): login, method calls, upload, download and push.

import { EventStream } from './events'
import type { Call, Changed, Id, Response, Session } from './types'

/** Sent with everything that comes with the cookie: no other site's page can send it. */
const marked = { 'X-Paloma': '1' }

export const mailCapability = 'urn:ietf:params:jmap:mail'
export const accountCapability = 'urn:paloma:account'

/** The server cannot be reached. */
export class Unreachable extends Error {}

/** There is no session, or it has ended: log in. */
export class SessionEnded extends Error {}

/** The server refused a request or a call. `type` is a problem's or an error's type (RFC 8620 §3.6). */
export class Refused extends Error {
  constructor(
    readonly type: string,
    readonly description: string | null,
  ) {
    super(description ?? type)
  }
}

/** A login that did not succeed. */
export class LoginRefused extends Error {
  constructor(
    readonly status: number,
    readonly needsCode: boolean,
    readonly detail: string | null,
  ) {
    super(detail ?? `login: ${status}`)
  }
}

/** What an upload became. */
export interface Uploaded {
  blobId: Id
  type: string
  size: number
}

/** Whether the server answers. */
export type Connection = 'online' | 'reconnecting'

export class JMAPClient {
  /** The account that mail is read in. */
  readonly accountId: Id
  /** Called when a request finds that the session has ended. */
  onSessionEnded: () => void = () => {}
  /** Called when the server can no longer be reached, and when it can be again. */
  onConnection: (connection: Connection) => void = () => {}

  private readonly using: string[]
  private connection: Connection = 'online'
  private stream: EventStream | null = null

  private constructor(readonly session: Session) {
    this.using = Object.keys(session.capabilities)
    this.accountId = session.primaryAccounts[mailCapability] ?? Object.keys(session.accounts)[0] ?? ''
  }

  /** Logs in; the browser keeps the session's cookie, which no script can read. */
  static async login(user: string, password: string, code?: string): Promise<JMAPClient> {
    const answer = await reach('/login', {
      method: 'POST',
      headers: { ...marked, 'Content-Type': 'application/json' },
      body: JSON.stringify(code ? { user, password, code } : { user, password }),
    })
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}))
      throw new LoginRefused(answer.status, problem.needsCode === true, problem.detail ?? null)
    }
    return JMAPClient.open()
  }

  /** The client of the session that the browser still has; null when there is none. */
  static async resume(): Promise<JMAPClient | null> {
    try {
      return await JMAPClient.open()
    } catch (error) {
      if (error instanceof SessionEnded) return null
      throw error
    }
  }

  private static async open(): Promise<JMAPClient> {
    const answer = await reach('/.well-known/jmap', { headers: marked })
    if (answer.status === 401) throw new SessionEnded()
    if (!answer.ok) throw new Unreachable()
    const session: Session = await answer.json()
    // Whoever serves this page serves the rest; behind a proxy the server may know itself by another name.
    for (const url of ['apiUrl', 'downloadUrl', 'uploadUrl', 'eventSourceUrl'] as const) {
      session[url] = session[url].replace(/^https?:\/\/[^/]+/i, '')
    }
    return new JMAPClient(session)
  }

  /**
   * Makes all `calls` in one request and returns their responses. An `accountId` that is missing is filled in; an id
   * that is missing is the call's number.
   */
  async call(calls: Call[]): Promise<Response[]> {
    const methodCalls = calls.map(([name, args, id], number) => [
      name,
      name === 'Core/echo' || 'accountId' in args ? args : { accountId: this.accountId, ...args },
      id ?? String(number),
    ])
    const answer = await this.fetch(this.session.apiUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ using: this.using, methodCalls }),
    })
    return (await answer.json()).methodResponses
  }

  /** Makes one call and returns its response's arguments. */
  async request<T>(name: string, args: Record<string, unknown> = {}): Promise<T> {
    return response<T>(await this.call([[name, args, 'r']]), 'r')
  }

  /** Uploads a file; `onProgress` is told how much is there, from 0 to 1. */
  upload(file: Blob, onProgress: (done: number) => void = () => {}, signal?: AbortSignal): Promise<Uploaded> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('POST', expand(this.session.uploadUrl, { accountId: this.accountId }))
      for (const [name, value] of Object.entries(marked)) request.setRequestHeader(name, value)
      request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
      request.responseType = 'json'
      request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
      request.onerror = () => reject(new Unreachable())
      request.onabort = () => reject(new DOMException('upload', 'AbortError'))
      request.onload = () => {
        if (request.status === 200 || request.status === 201) return resolve(request.response)
        if (request.status === 401) this.onSessionEnded()
        reject(request.status === 401 ? new SessionEnded() : refusal(request.status, request.response))
      }
      signal?.addEventListener('abort', () => request.abort())
      request.send(file)
    })
  }

  /** Where a blob can be fetched from, named and typed as wanted. */
  downloadURL(blobId: Id, name: string, type: string): string {
    return expand(this.session.downloadUrl, { accountId: this.accountId, blobId, name: name || 'file', type })
  }

  /** A blob's content as text. */
  async text(blobId: Id): Promise<string> {
    return (await this.fetch(this.downloadURL(blobId, 'message.txt', 'text/plain'))).text()
  }

  /**
   * Calls `onChange` whenever something changes on the server, and with `{}` when it may have (after a connection was
   * lost). Returns what ends that.
   */
  events(onChange: (changed: Changed) => void): () => void {
    const url = expand(this.session.eventSourceUrl, { types: '*', closeafter: 'no', ping: '30' })
    const stream = new EventStream(url, marked, {
      onState: (changed) => onChange(changed),
      onReopened: () => onChange({}),
      onConnection: (connection) => this.tell(connection),
      onUnauthorized: () => this.onSessionEnded(),
    })
    stream.open()
    this.stream = stream
    return () => stream.close()
  }

  async logout(): Promise<void> {
    await reach('/logout', { method: 'POST', headers: marked })
  }

  private async fetch(url: string, init: RequestInit = {}): Promise<globalThis.Response> {
    let answer
    try {
      answer = await reach(url, { ...init, headers: { ...init.headers, ...marked } })
    } catch (error) {
      this.tell('reconnecting')
      // Which says when the server is there again.
      this.stream?.restart()
      throw error
    }
    this.tell('online')
    if (answer.status === 401) {
      this.onSessionEnded()
      throw new SessionEnded()
    }
    if (!answer.ok) throw refusal(answer.status, await answer.json().catch(() => null))
    return answer
  }

  private tell(connection: Connection) {
    if (connection === this.connection) return
    this.connection = connection
    this.onConnection(connection)
  }
}

/** The arguments of the response to the call `id`; throws what the server refused it with. */
export function response<T>(responses: Response[], id: string): T {
  const found = responses.filter((response) => response[2] === id)
  const failed = found.find((response) => response[0] === 'error')
  if (failed) throw new Refused(failed[1].type, failed[1].description ?? null)
  const first = found[0]
  if (!first) throw new Refused('serverFail', `no response to ${id}`)
  return first[1] as T
}

/** A URI template of the session, with its variables filled in (RFC 6570 level 1). */
export function expand(template: string, values: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))
}

async function reach(url: string, init: RequestInit): Promise<globalThis.Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...init })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new Unreachable()
  }
}

function refusal(status: number, problem: { type?: string; detail?: string } | null): Refused {
  return new Refused(problem?.type ?? `http:${status}`, problem?.detail ?? null)
}
