import { Observable } from './Observable'
import { MailList, listProperties, type ListQuery } from './MailList'
import { rememberedFolders, rememberFolders } from './remembered'
import { inverse, patched, type Patches } from './patch'
import { bodyProperties } from '../message/bodyProperties'
import { Refused, response, type JMAPClient } from '../jmap/client'
import type {
  Call, Changed, ChangesResponse, Email, EmailAddress, GetResponse, Id, Mailbox, MailboxRole, SetResponse, Thread,
} from '../jmap/types'

/** Emails of one Email/set: what every server must take (RFC 8620 §2 suggests 500). */
const setMax = 500

/** What a conversation shows of each message. */
const readProperties = [...bodyProperties.properties, 'header:Disposition-Notification-To:asAddresses']

/** Everything known of the account's mail, kept up to date by push. */
export class Mail extends Observable {
  readonly mailboxes = new Map<Id, Mailbox>()
  readonly emails = new Map<Id, Email>()
  readonly threads = new Map<Id, Id[]>()
  /** The list on the screen. */
  list: MailList | null = null
  ready = false
  /** Called with messages that came in, unread. */
  onArrival: (emails: Email[]) => void = () => {}
  onFailure: (error: unknown) => void = () => {}

  private readonly states: Record<string, string> = {}
  private readonly complete = new Set<Id>()
  private settings = 0
  private syncing = false
  private behind = false

  constructor(readonly client: JMAPClient) {
    super()
  }

  // What there is

  /** Shows the folders as they were last time, and then as they are. */
  async open(): Promise<void> {
    for (const mailbox of rememberedFolders(this.client.accountId)) this.mailboxes.set(mailbox.id, mailbox)
    this.ready = this.mailboxes.size > 0
    this.changed()
    const answer = await this.client.request<GetResponse<Mailbox>>('Mailbox/get', { ids: null })
    this.ready = true
    this.keepMailboxes(answer)
  }

  byRole(role: MailboxRole): Mailbox | null {
    for (const mailbox of this.mailboxes.values()) if (mailbox.role === role) return mailbox
    return null
  }

  /** The emails of a conversation that are known, oldest first. */
  conversation(threadId: Id): Email[] {
    const ids = this.threads.get(threadId) ?? []
    return ids.flatMap((id) => this.emails.get(id) ?? [])
  }

  /** Makes the list of a query the one on the screen. */
  show(query: ListQuery): MailList {
    this.list?.close()
    this.list = new MailList(this, query)
    return this.list
  }

  /** Fetches a conversation with its bodies, by any of its emails; returns its id. */
  async read(emailId: Id): Promise<Id | null> {
    const known = this.emails.get(emailId)
    if (known && this.threads.get(known.threadId)?.every((id) => this.complete.has(id))) return known.threadId
    const answers = await this.client.call([
      ['Email/get', { ids: [emailId], properties: ['id', 'threadId'] }, 'e'],
      ['Thread/get', { '#ids': { resultOf: 'e', name: 'Email/get', path: '/list/*/threadId' } }, 't'],
      ['Email/get', { '#ids': { resultOf: 't', name: 'Thread/get', path: '/list/*/emailIds' }, ...bodyProperties, properties: readProperties }, 'b'],
    ])
    const found = response<GetResponse<Email>>(answers, 'e')
    const threadId = found.list[0]?.threadId
    if (!threadId) return null
    this.keepThreads(response<GetResponse<Thread>>(answers, 't').list)
    const emails = response<GetResponse<Email>>(answers, 'b')
    for (const email of emails.list) this.complete.add(email.id)
    this.keepEmails(emails.list, emails.state)
    return threadId
  }

  isComplete(id: Id): boolean {
    return this.complete.has(id)
  }

  keepEmails(emails: Email[], state: string) {
    for (const email of emails) {
      const known = this.emails.get(email.id)
      this.emails.set(email.id, known ? { ...known, ...email } : email)
    }
    this.states.Email ??= state
    if (emails.length > 0) this.changed()
  }

  keepThreads(threads: Thread[]) {
    for (const thread of threads) this.threads.set(thread.id, thread.emailIds)
    if (threads.length > 0) this.changed()
  }

  private keepMailboxes(answer: GetResponse<Mailbox>) {
    this.mailboxes.clear()
    for (const mailbox of answer.list) this.mailboxes.set(mailbox.id, mailbox)
    this.states.Mailbox = answer.state
    rememberFolders(this.client.accountId, answer.list)
    this.changed()
  }

  // Changes made here

  /** Applies patches here at once and then on the server; returns what undoes them. Throws after taking them back. */
  async set(patches: Patches): Promise<Patches> {
    const back: Patches = {}
    for (const [id, patch] of Object.entries(patches)) {
      const email = this.emails.get(id)
      if (!email) continue
      back[id] = inverse(email, patch)
      this.emails.set(id, patched(email, patch))
    }
    this.redraw()
    try {
      await this.change({ update: patches })
    } catch (error) {
      for (const [id, patch] of Object.entries(back)) {
        const email = this.emails.get(id)
        if (email) this.emails.set(id, patched(email, patch))
      }
      this.redraw()
      void this.list?.refresh().catch(() => {})
      throw error
    }
    return back
  }

  /** Deletes emails for good. */
  async destroy(ids: Id[]): Promise<void> {
    await this.change({ destroy: ids })
    for (const id of ids) this.forget(id)
    this.redraw()
  }

  /** Deletes everything in a folder for good. */
  async empty(mailboxId: Id): Promise<void> {
    for (;;) {
      const answers = await this.counted(() =>
        this.client.call([
          ['Email/query', { filter: { inMailbox: mailboxId }, limit: setMax }, 'q'],
          ['Email/set', { '#destroy': { resultOf: 'q', name: 'Email/query', path: '/ids' } }, 's'],
          ['Mailbox/get', { ids: null }, 'm'],
        ]),
      )
      const done = response<SetResponse<Email>>(answers, 's')
      this.keepMailboxes(response(answers, 'm'))
      for (const id of done.destroyed ?? []) this.forget(id)
      refuse(done.notDestroyed)
      if ((done.destroyed ?? []).length < setMax) break
    }
    await this.list?.refresh()
  }

  /** Creates, renames, moves, or deletes a folder with what is in it; returns the id of a new one. */
  async setMailbox(args: { create?: Partial<Mailbox>; update?: Record<Id, Partial<Mailbox>>; destroy?: Id[] }): Promise<Id | null> {
    const { create, ...rest } = args
    const answers = await this.counted(() =>
      this.client.call([
        ['Mailbox/set', {
          ...rest, ...(create ? { create: { n: create } } : {}), ...(rest.destroy ? { onDestroyRemoveEmails: true } : {}),
        }, 's'],
        ['Mailbox/get', { ids: null }, 'm'],
      ]),
    )
    const done = response<SetResponse<Mailbox>>(answers, 's')
    this.keepMailboxes(response(answers, 'm'))
    refuse({ ...done.notCreated, ...done.notUpdated, ...done.notDestroyed })
    return done.created?.n?.id ?? null
  }

  private async change(args: { update?: Patches; destroy?: Id[] }): Promise<void> {
    const updates = Object.entries(args.update ?? {})
    const destroyed = args.destroy ?? []
    for (let begin = 0; begin < Math.max(updates.length, destroyed.length); begin += setMax) {
      const piece = {
        ...(args.update ? { update: Object.fromEntries(updates.slice(begin, begin + setMax)) } : {}),
        ...(args.destroy ? { destroy: destroyed.slice(begin, begin + setMax) } : {}),
      }
      const answers = await this.counted(() =>
        this.client.call([
          ['Email/set', piece, 's'],
          ['Mailbox/get', { ids: null }, 'm'],
        ]),
      )
      const done = response<SetResponse<Email>>(answers, 's')
      this.keepMailboxes(response(answers, 'm'))
      // Nothing else changed in between: the push that tells of this tells nothing new.
      if (done.oldState === this.states.Email) this.states.Email = done.newState
      refuse({ ...done.notUpdated, ...done.notDestroyed })
    }
  }

  /** While something is being changed here, what the server says is older than what is shown. */
  private async counted<T>(work: () => Promise<T>): Promise<T> {
    this.settings += 1
    try {
      return await work()
    } finally {
      this.settings -= 1
      if (this.settings === 0 && this.behind) void this.sync()
    }
  }

  private forget(id: Id) {
    const email = this.emails.get(id)
    this.emails.delete(id)
    this.complete.delete(id)
    if (!email) return
    const rest = this.threads.get(email.threadId)?.filter((one) => one !== id)
    if (rest) this.threads.set(email.threadId, rest)
  }

  private redraw() {
    this.changed()
    this.list?.redraw()
  }

  // Changes made elsewhere

  /** Starts listening; returns what ends it. */
  listen(): () => void {
    return this.client.events((changed) => this.hear(changed))
  }

  private hear(changed: Changed) {
    const states = changed[this.client.accountId]
    if (!states && Object.keys(changed).length > 0) return
    const old = ['Email', 'Mailbox'].some((type) => !states || (states[type] && states[type] !== this.states[type]))
    if (old) void this.sync()
  }

  /** Asks for what changed, and for what is on the screen, in one request. */
  async sync(): Promise<void> {
    this.behind = true
    if (this.syncing || this.settings > 0) return
    this.syncing = true
    try {
      while (this.behind && this.settings === 0) {
        this.behind = false
        await this.syncOnce()
      }
    } catch (error) {
      this.onFailure(error)
    }
    this.syncing = false
  }

  private async syncOnce() {
    const list = this.list
    const since = this.states.Email
    const fetched = { properties: listProperties }
    const calls: Call[] = [['Mailbox/get', { ids: null }, 'm']]
    if (since !== undefined) {
      calls.push(
        ['Email/changes', { sinceState: since, maxChanges: setMax }, 'c'],
        ['Email/get', { '#ids': { resultOf: 'c', name: 'Email/changes', path: '/created' }, ...fetched }, 'n'],
        ['Email/get', { '#ids': { resultOf: 'c', name: 'Email/changes', path: '/updated' }, ...fetched }, 'u'],
        ['Thread/get', { '#ids': { resultOf: 'n', name: 'Email/get', path: '/list/*/threadId' } }, 't'],
      )
    }
    if (list) calls.push(...list.refreshCalls('l'))
    const answers = await this.client.call(calls)
    if (this.settings > 0) {
      this.behind = true
      return
    }
    this.keepMailboxes(response(answers, 'm'))
    let created: Email[] = []
    if (since !== undefined) created = this.takeChanges(answers)
    if (list && list === this.list) list.takeRefresh('l', answers)
    this.redraw()
    const inbox = this.byRole('inbox')?.id ?? ''
    const arrived = created.filter((email) => email.mailboxIds[inbox] && !email.keywords.$seen && !email.keywords.$draft)
    if (arrived.length > 0) this.onArrival(arrived)
  }

  /** Takes what Email/changes brought; returns what is new. */
  private takeChanges(answers: Awaited<ReturnType<JMAPClient['call']>>): Email[] {
    let changes
    try {
      changes = response<ChangesResponse>(answers, 'c')
    } catch (error) {
      if (!(error instanceof Refused) || error.type !== 'cannotCalculateChanges') throw error
      // Too much has changed since: all that is known may be wrong.
      this.emails.clear()
      this.threads.clear()
      this.complete.clear()
      delete this.states.Email
      return []
    }
    this.states.Email = changes.newState
    if (changes.hasMoreChanges) this.behind = true
    for (const id of changes.destroyed) this.forget(id)
    const created = response<GetResponse<Email>>(answers, 'n')
    this.keepEmails(created.list, created.state)
    const updated = response<GetResponse<Email>>(answers, 'u')
    this.keepEmails(updated.list.filter((email) => this.emails.has(email.id)), updated.state)
    this.keepThreads(response<GetResponse<Thread>>(answers, 't').list)
    return created.list
  }

  /** Whether an address is one of this account's. */
  isOwn(address: EmailAddress | null | undefined): boolean {
    return address?.email.toLowerCase() === this.client.session.username.toLowerCase()
  }
}

function refuse(failed: Record<string, { type: string; description?: string | null }> | null | undefined) {
  const first = Object.values(failed ?? {})[0]
  if (first) throw new Refused(first.type, first.description ?? null)
}
