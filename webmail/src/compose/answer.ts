// Replies and forwards: to whom, about what, in which conversation (RFC 5322 §3.6.4).

import type { Email, EmailAddress, Identity } from '../jmap/types'
import { distinct, type Recipient, sameAddress, toRecipients } from './addresses'

export type AnswerMode = 'reply' | 'replyAll' | 'forward'

/** Message identifiers in References: the first, and the newest that fit under any program's limit. */
const referencesMax = 20

export interface Answer {
  to: Recipient[]
  cc: Recipient[]
  subject: string
  inReplyTo: string[] | null
  references: string[] | null
}

export function answer(mode: AnswerMode, email: Email, identities: Identity[]): Answer {
  if (mode === 'forward') {
    return { to: [], cc: [], subject: prefixed('Fwd', email.subject), inReplyTo: null, references: references(email) }
  }
  const own = (address: { email: string }) => identities.some((identity) => sameAddress(identity.email, address.email))
  const from = toRecipients(email.from)
  const isOwn = from.length > 0 && from.every(own)
  const replyTo = toRecipients(email.replyTo)
  // To one's own message one writes on, to those it went to.
  const first = isOwn ? toRecipients(email.to) : replyTo.length > 0 ? replyTo : from
  const rest = mode === 'replyAll' ? [...(isOwn ? [] : toRecipients(email.to)), ...toRecipients(email.cc)] : []
  const to = distinct(first)
  const cc = distinct(rest).filter((one) => !own(one) && !to.some((other) => sameAddress(one.email, other.email)))
  return {
    to,
    cc,
    subject: prefixed('Re', email.subject),
    inReplyTo: email.messageId?.length ? email.messageId : null,
    references: references(email),
  }
}

/** RFC 5322 §3.6.4: the parent's References, or its single In-Reply-To, and the parent itself. */
export function references(email: Email): string[] | null {
  const before = email.references?.length ? email.references : email.inReplyTo?.length === 1 ? email.inReplyTo : []
  const all = [...new Set([...before, ...(email.messageId ?? [])])]
  if (all.length === 0) return null
  return all.length <= referencesMax ? all : [all[0] as string, ...all.slice(1 - referencesMax)]
}

const replyMarks = /^(?:\s*(?:re|aw|sv|antw|rv|res|fwd?|wg|enc|rif|tr)(?:\[\d+\])?\s*:)+\s*/i

/** `Re: ` once, however often and in whatever language it stands there. */
export function prefixed(mark: 'Re' | 'Fwd', subject: string | null): string {
  const bare = (subject ?? '').replace(mark === 'Re' ? replyMarks : /^(?:\s*(?:fwd?|wg|rv|enc)\s*:)+\s*/i, '').trim()
  return `${mark}: ${bare}`
}

/** The identity that the message was written to, else the first. */
export function answeringIdentity(email: Email | undefined, identities: Identity[]): Identity | undefined {
  const seen: EmailAddress[] = [...(email?.to ?? []), ...(email?.cc ?? []), ...(email?.bcc ?? []), ...(email?.from ?? [])]
  return identities.find((identity) => seen.some((address) => sameAddress(address.email, identity.email))) ?? identities[0]
}

/** Each line quoted once more, in format=flowed's way (RFC 3676 §4.5): no space between the marks. */
export function quoteText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n+$/, '')
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`.trimEnd()))
    .join('\n')
}
