import type { Mail } from './Mail'
import { path, type Patch, type Patches } from './patch'
import type { Email, Id, Mailbox } from '../jmap/types'
import type { TextKey, Values } from '../i18n'

/** What is said of something done, and what takes it back. */
export interface Done {
  key: TextKey
  values: Values
  undo: (() => Promise<void>) | null
}

interface Reporting {
  done: (done: Done) => void
  failed: (error: unknown) => void
  confirm: (key: TextKey, values: Values) => Promise<boolean>
}

/** What people do with messages. Each shows at once, is done on the server, and can be taken back where that is possible. */
export class Actions {
  constructor(
    private readonly mail: Mail,
    private readonly reporting: Reporting,
  ) {}

  /**
   * The emails that an action on a row means: of a conversation all that stand in the folder shown, and in a search all
   * of it.
   */
  meant(rows: Iterable<Id>): Email[] {
    const { list } = this.mail
    const emails = new Map<Id, Email>()
    for (const row of rows) {
      const email = this.mail.emails.get(row)
      if (!email) continue
      emails.set(row, email)
      if (list?.query.grouping !== 'conversations') continue
      const mailboxId = list.query.mailboxId
      for (const member of this.mail.conversation(email.threadId)) {
        if (mailboxId === null || member.mailboxIds[mailboxId]) emails.set(member.id, member)
      }
    }
    return [...emails.values()]
  }

  async star(emails: Email[], on: boolean): Promise<void> {
    // A conversation gets its star on its newest message; all of its stars go together.
    await this.keyword(emails, '$flagged', on, on ? 'done.starred' : 'done.unstarred')
  }

  async seen(emails: Email[], on: boolean): Promise<void> {
    await this.keyword(emails, '$seen', on, null)
  }

  async label(emails: Email[], keyword: string, name: string, on: boolean): Promise<void> {
    await this.keyword(emails, keyword, on, on ? 'done.labelled' : 'done.unlabelled', { label: name })
  }

  async archive(emails: Email[]): Promise<void> {
    // In a search what is not in the inbox stays where it is.
    const inbox = this.mail.byRole('inbox')?.id ?? ''
    const isSearch = this.mail.list?.query.mailboxId === null
    const meant = isSearch ? emails.filter((email) => email.mailboxIds[inbox]) : emails
    if (meant.length === 0) return
    await this.attempt(async () => this.move(meant, await this.special('archive', 'Archive'), 'done.archived', {}, isSearch ? inbox : undefined))
  }

  async junk(emails: Email[]): Promise<void> {
    const marks = { [path('keywords', '$junk')]: true, [path('keywords', '$notjunk')]: null }
    await this.attempt(async () => this.move(emails, await this.special('junk', 'Junk'), 'done.junk', marks))
  }

  async notJunk(emails: Email[]): Promise<void> {
    const marks = { [path('keywords', '$junk')]: null, [path('keywords', '$notjunk')]: true }
    await this.attempt(async () => this.move(emails, await this.special('inbox', 'Inbox'), 'done.notJunk', marks))
  }

  async moveTo(emails: Email[], mailbox: Mailbox): Promise<void> {
    await this.attempt(() => this.move(emails, mailbox, 'done.moved'))
  }

  /** To the trash; what is there already is deleted for good, when the user says so. Whether it was done. */
  async delete(emails: Email[]): Promise<boolean> {
    const trash = this.mail.byRole('trash')
    if (trash && emails.every((email) => email.mailboxIds[trash.id])) {
      if (!(await this.reporting.confirm('confirm.deleteForever', { n: emails.length }))) return false
      return this.attempt(async () => {
        this.takeAway(emails)
        await this.mail.destroy(emails.map((email) => email.id))
        this.reporting.done({ key: 'done.destroyed', values: { n: emails.length }, undo: null })
      })
    }
    return this.attempt(async () => this.move(emails, await this.special('trash', 'Trash'), 'done.deleted'))
  }

  private async keyword(emails: Email[], keyword: string, on: boolean, key: TextKey | null, values: Values = {}) {
    const patches: Patches = {}
    for (const email of emails) {
      if (Boolean(email.keywords[keyword]) !== on) patches[email.id] = { [path('keywords', keyword)]: on || null }
    }
    if (Object.keys(patches).length === 0) return
    await this.attempt(async () => {
      const change = this.mail.set(patches)
      if (key) this.report(key, { n: emails.length, ...values }, change)
      await change
    })
  }

  /** Moves emails out of the folder that is shown, or out of all; `from`: out of that one instead. */
  private async move(emails: Email[], target: Mailbox, key: TextKey, more: Patch = {}, from = this.mail.list?.query.mailboxId ?? null) {
    const patches: Patches = {}
    const isRemoved = target.role === 'trash' || target.role === 'junk'
    const isWhole = from === null || isRemoved
    for (const email of emails) {
      patches[email.id] = isWhole || !email.mailboxIds[from]
        ? { mailboxIds: { [target.id]: true }, ...more }
        : { [path('mailboxIds', from)]: null, [path('mailboxIds', target.id)]: true, ...more }
    }
    // What is found stays found, save in the trash.
    const isShown = this.mail.list?.query.mailboxId === null ? !isRemoved : from === target.id
    if (!isShown) this.takeAway(emails)
    const change = this.mail.set(patches)
    this.report(key, { n: emails.length, folder: target.name }, change)
    await change
  }

  /** Says at once what is being done: who presses `z` right after it means it too. */
  private report(key: TextKey, values: Values, change: Promise<Patches>) {
    this.reporting.done({
      key,
      values,
      undo: async () => {
        // What failed was taken back and told already.
        const back = await change.catch(() => null)
        if (back === null) return
        await this.attempt(async () => {
          await this.mail.set(back)
          await this.mail.list?.refresh()
        })
      },
    })
  }

  /** Takes the rows out of the list of which nothing stays there. */
  private takeAway(emails: Email[]) {
    const { list } = this.mail
    if (!list) return
    const gone = new Set(emails.map((email) => email.id))
    const rows = list.rows.values().filter((row) => {
      const email = this.mail.emails.get(row)
      if (!email) return false
      if (list.query.grouping === 'messages' || list.query.mailboxId === null) return gone.has(row)
      const here = list.query.mailboxId
      const members = this.mail.conversation(email.threadId).filter((member) => member.mailboxIds[here])
      return gone.has(row) ? members.every((member) => gone.has(member.id)) : false
    })
    list.remove(new Set(rows))
  }

  /** The folder with a role; it is made when there is none. */
  private async special(role: string, name: string): Promise<Mailbox> {
    const found = this.mail.byRole(role)
    if (found) return found
    const id = await this.mail.setMailbox({ create: { name, role, parentId: null } })
    const made = id === null ? undefined : this.mail.mailboxes.get(id)
    if (!made) throw new Error(`no folder ${role}`)
    return made
  }

  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      return true
    } catch (error) {
      this.reporting.failed(error)
      return false
    }
  }
}
