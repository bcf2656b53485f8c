import { Observable } from './Observable'
import { Rows } from './rows'
import type { Mail } from './Mail'
import { response } from '../jmap/client'
import type { Call, Email, EmailFilter, GetResponse, Id, QueryResponse, Response, SearchSnippet, Thread } from '../jmap/types'

/** What a row of a list and a collapsed message show. */
export const listProperties = [
  'id', 'blobId', 'threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt', 'from', 'to', 'subject', 'hasAttachment', 'preview',
]
const threadProperties = ['id', 'threadId', 'mailboxIds', 'keywords', 'receivedAt', 'from', 'to', 'hasAttachment']

/** Rows asked for at a time, and pages of one request. */
const pageRows = 50
const pagesMax = 3

/** Whether a row is a conversation or a message. */
export type Grouping = 'conversations' | 'messages'

/** What a list shows: a folder, or what a search finds. */
export interface ListQuery {
  /** The folder that it shows; null for a search. */
  mailboxId: Id | null
  filter: EmailFilter
  grouping: Grouping
  /** Whether rows show where the words were found. */
  snippets: boolean
}

/**
 * A list of messages of any length, newest first. What is on the screen is asked for, one request at a time: a fast scroll
 * asks for where it ends, not for what it passed.
 */
export class MailList extends Observable {
  readonly rows = new Rows<Id>()
  readonly snippets = new Map<Id, SearchSnippet>()
  failure: unknown = null
  /** Positions that are on the screen. */
  private seen = { first: 0, last: pageRows - 1 }
  private busy = false
  private closed = false

  constructor(
    private readonly mail: Mail,
    readonly query: ListQuery,
  ) {
    super()
  }

  close() {
    this.closed = true
  }

  /** Says what is on the screen; asks for what is missing there. */
  show(first: number, last: number) {
    this.seen = { first, last }
    void this.fill()
  }

  retry() {
    this.failure = null
    this.changed()
    void this.fill()
  }

  /** Takes rows out at once, before the server has answered. */
  remove(ids: ReadonlySet<Id>) {
    if (this.rows.remove(ids) > 0) this.changed()
    void this.fill()
  }

  /** Rows were drawn of emails that are different now. */
  redraw() {
    this.changed()
  }

  /** The calls that ask again for what is on the screen; their ids begin with `prefix`. */
  refreshCalls(prefix: string): Call[] {
    const position = Math.max(0, Math.floor(this.seen.first / pageRows) * pageRows)
    const pages = Math.floor(this.seen.last / pageRows) - Math.floor(this.seen.first / pageRows) + 1
    return this.calls(prefix, position, Math.min(pages, pagesMax) * pageRows)
  }

  /** Takes what came back for `refreshCalls`; returns by how many rows the first one on the screen has moved. */
  takeRefresh(prefix: string, responses: Response[]): number {
    const top = this.rows.at(this.seen.first)
    const answer = this.keep(prefix, responses)
    this.rows.replace(answer.position, answer.ids, answer.total ?? null)
    this.failure = null
    this.changed()
    const moved = top === undefined ? null : this.rows.positionOf(top)
    const by = moved === null ? 0 : moved - this.seen.first
    if (by !== 0 && this.seen.first > 0) this.onMoved(by)
    void this.fill()
    return by
  }

  /** Told when rows above the screen came or went. */
  onMoved: (rows: number) => void = () => {}

  async refresh(): Promise<void> {
    const responses = await this.mail.client.call(this.refreshCalls('l'))
    if (!this.closed) this.takeRefresh('l', responses)
  }

  private async fill() {
    if (this.busy || this.closed || this.failure) return
    const piece = this.rows.missing(this.seen.first, this.seen.last, pageRows, pagesMax)
    if (!piece) return
    this.busy = true
    try {
      const responses = await this.mail.client.call(this.calls('l', piece.position, piece.limit))
      const answer = this.keep('l', responses)
      this.rows.total = answer.total ?? null
      this.rows.put(answer.position, answer.ids)
      // A server that says there are more than it gives would be asked for ever.
      if (answer.ids.length === 0 && piece.position < (this.rows.total ?? 0)) this.rows.total = piece.position
    } catch (error) {
      this.failure = error
    }
    this.busy = false
    this.changed()
    void this.fill()
  }

  private calls(prefix: string, position: number, limit: number): Call[] {
    const { filter, grouping, snippets } = this.query
    const [query, emails, threads, members] = ['q', 'e', 't', 'm'].map((name) => prefix + name) as [string, string, string, string]
    const calls: Call[] = [
      ['Email/query', {
        filter, sort: [{ property: 'receivedAt', isAscending: false }], collapseThreads: grouping === 'conversations',
        position, limit, calculateTotal: true,
      }, query],
      ['Email/get', { '#ids': { resultOf: query, name: 'Email/query', path: '/ids' }, properties: listProperties }, emails],
    ]
    if (grouping === 'conversations') {
      calls.push(
        ['Thread/get', { '#ids': { resultOf: emails, name: 'Email/get', path: '/list/*/threadId' } }, threads],
        ['Email/get', {
          '#ids': { resultOf: threads, name: 'Thread/get', path: '/list/*/emailIds' }, properties: threadProperties,
        }, members],
      )
    }
    if (snippets) {
      calls.push([
        'SearchSnippet/get',
        { filter, '#emailIds': { resultOf: query, name: 'Email/query', path: '/ids' } },
        `${prefix}s`,
      ])
    }
    return calls
  }

  private keep(prefix: string, responses: Response[]): QueryResponse {
    const answer = response<QueryResponse>(responses, `${prefix}q`)
    const emails = response<GetResponse<Email>>(responses, `${prefix}e`)
    this.mail.keepEmails(emails.list, emails.state)
    if (this.query.grouping === 'conversations') {
      this.mail.keepThreads(response<GetResponse<Thread>>(responses, `${prefix}t`).list)
      // Of very long conversations there may be more messages than one answer takes: rows do without them.
      const members = responses.find((one) => one[0] === 'Email/get' && one[2] === `${prefix}m`)
      if (members) this.mail.keepEmails(members[1].list, members[1].state)
    }
    if (this.query.snippets) {
      const found = responses.find((one) => one[0] === 'SearchSnippet/get')
      for (const snippet of (found?.[1].list ?? []) as SearchSnippet[]) this.snippets.set(snippet.emailId, snippet)
    }
    return answer
  }
}
