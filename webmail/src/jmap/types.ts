// What JMAP speaks of, named as the RFCs name it (RFC 8620, RFC 8621).

export type Id = string
/** RFC 3339, in UTC: `2026-11-21T20:00:00Z`. */
export type UTCDate = string

/** A method call: name, arguments, and the id by which its response is known (RFC 8620 §3.2). */
export type Call = [name: string, args: Record<string, unknown>, id?: string]
/** A method's response. */
export type Response = [name: string, args: Record<string, any>, id: string]

/** A result of an earlier call of the same request, as an argument named `#…` (RFC 8620 §3.7). */
export interface ResultReference {
  resultOf: string
  name: string
  path: string
}

/** RFC 8620 §2. */
export interface Session {
  capabilities: Record<string, any>
  accounts: Record<Id, Account>
  primaryAccounts: Record<string, Id>
  username: string
  apiUrl: string
  downloadUrl: string
  uploadUrl: string
  eventSourceUrl: string
  state: string
}

export interface Account {
  name: string
  isPersonal: boolean
  isReadOnly: boolean
  accountCapabilities: Record<string, any>
}

/** RFC 8621 §2. */
export interface Mailbox {
  id: Id
  name: string
  parentId: Id | null
  role: MailboxRole | null
  sortOrder: number
  totalEmails: number
  unreadEmails: number
  totalThreads: number
  unreadThreads: number
  myRights: MailboxRights
  isSubscribed: boolean
}

export type MailboxRole = 'inbox' | 'drafts' | 'sent' | 'archive' | 'junk' | 'trash' | 'all' | 'flagged' | 'important' | string

export interface MailboxRights {
  mayReadItems: boolean
  mayAddItems: boolean
  mayRemoveItems: boolean
  maySetSeen: boolean
  maySetKeywords: boolean
  mayCreateChild: boolean
  mayRename: boolean
  mayDelete: boolean
  maySubmit: boolean
}

/** RFC 8621 §3. */
export interface Thread {
  id: Id
  emailIds: Id[]
}

/** RFC 8621 §4.1.2.3. */
export interface EmailAddress {
  name: string | null
  email: string
}

/** RFC 8621 §4.1.4. */
export interface EmailBodyPart {
  partId: string | null
  blobId: Id | null
  size: number
  name: string | null
  type: string
  charset: string | null
  disposition: string | null
  cid: string | null
  language?: string[] | null
  location?: string | null
  subParts?: EmailBodyPart[] | null
}

export interface EmailBodyValue {
  value: string
  isEncodingProblem: boolean
  isTruncated: boolean
}

export interface EmailHeader {
  name: string
  value: string
}

/** RFC 8621 §4.1. Which properties are there depends on what was asked for; those of `ListedEmail` always are. */
export interface Email {
  id: Id
  blobId: Id
  threadId: Id
  mailboxIds: Record<Id, true>
  keywords: Record<string, true>
  size: number
  receivedAt: UTCDate
  messageId?: string[] | null
  inReplyTo?: string[] | null
  references?: string[] | null
  sender?: EmailAddress[] | null
  from: EmailAddress[] | null
  to: EmailAddress[] | null
  cc?: EmailAddress[] | null
  bcc?: EmailAddress[] | null
  replyTo?: EmailAddress[] | null
  subject: string | null
  sentAt?: string | null
  hasAttachment: boolean
  preview: string
  headers?: EmailHeader[]
  bodyStructure?: EmailBodyPart
  bodyValues?: Record<string, EmailBodyValue>
  textBody?: EmailBodyPart[]
  htmlBody?: EmailBodyPart[]
  attachments?: EmailBodyPart[]
  /** Any `header:…` property that was asked for. */
  [header: `header:${string}`]: unknown
}

/** RFC 8621 §5. */
export interface SearchSnippet {
  emailId: Id
  /** With `<mark>` around what was found; everything else is escaped. */
  subject: string | null
  preview: string | null
}

/** RFC 8621 §6. */
export interface Identity {
  id: Id
  name: string
  email: string
  replyTo: EmailAddress[] | null
  bcc: EmailAddress[] | null
  textSignature: string
  htmlSignature: string
  mayDelete: boolean
}

/** RFC 8621 §7. */
export interface EmailSubmission {
  id: Id
  identityId: Id
  emailId: Id
  threadId: Id
  envelope: { mailFrom: SubmissionAddress; rcptTo: SubmissionAddress[] } | null
  sendAt: UTCDate
  undoStatus: 'pending' | 'final' | 'canceled'
  deliveryStatus: Record<string, { smtpReply: string; delivered: string; displayed: string }> | null
}

export interface SubmissionAddress {
  email: string
  parameters: Record<string, string | null> | null
}

/** RFC 8621 §8. */
export interface VacationResponse {
  id: 'singleton'
  isEnabled: boolean
  fromDate: UTCDate | null
  toDate: UTCDate | null
  subject: string | null
  textBody: string | null
  htmlBody: string | null
}

/** RFC 9425. */
export interface Quota {
  id: Id
  resourceType: 'count' | 'octets'
  used: number
  hardLimit: number
  scope: 'account' | 'domain' | 'global'
  name: string
}

/** RFC 8621 §4.4.1: one condition, or conditions joined. */
export type EmailFilter = EmailFilterCondition | { operator: 'AND' | 'OR' | 'NOT'; conditions: EmailFilter[] }

export interface EmailFilterCondition {
  inMailbox?: Id
  inMailboxOtherThan?: Id[]
  before?: UTCDate
  after?: UTCDate
  minSize?: number
  maxSize?: number
  allInThreadHaveKeyword?: string
  someInThreadHaveKeyword?: string
  noneInThreadHaveKeyword?: string
  hasKeyword?: string
  notKeyword?: string
  hasAttachment?: boolean
  text?: string
  from?: string
  to?: string
  cc?: string
  bcc?: string
  subject?: string
  body?: string
  header?: string[]
}

export interface GetResponse<T> {
  accountId: Id
  state: string
  list: T[]
  notFound: Id[]
}

export interface ChangesResponse {
  accountId: Id
  oldState: string
  newState: string
  hasMoreChanges: boolean
  created: Id[]
  updated: Id[]
  destroyed: Id[]
}

export interface QueryResponse {
  accountId: Id
  queryState: string
  canCalculateChanges: boolean
  position: number
  ids: Id[]
  total?: number
}

export interface SetResponse<T> {
  accountId: Id
  oldState: string | null
  newState: string
  created: Record<string, T> | null
  updated: Record<Id, Partial<T> | null> | null
  destroyed: Id[] | null
  notCreated: Record<string, SetError> | null
  notUpdated: Record<Id, SetError> | null
  notDestroyed: Record<Id, SetError> | null
}

/** RFC 8620 §5.3. */
export interface SetError {
  type: string
  description?: string | null
  properties?: string[]
}

/** What changed: the new state of each type, by account (RFC 8620 §7.1). */
export type Changed = Record<Id, Record<string, string>>

// Our own capability, `urn:paloma:account`.

/** A step of a message's way here, in plain words. */
export interface TraceStep {
  at: UTCDate
  what: string
  host: string | null
  /** In English. */
  text: string
  /** What else is known: `tls`, `to`, `reply`, `outcome`, `filed` … */
  facts?: { name: string; text: string }[]
}

/** Somebody written to, or in the address book. */
export interface KnownAddress {
  name: string | null
  email: string
}
