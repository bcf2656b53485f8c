// A letter while it is written, and the message that it becomes.

import type { Email, EmailAddress, Id, Identity } from '../jmap/types'
import { readRecipients, type Recipient } from './addresses'
import { htmlToText, textToHTML } from './convert'

/** What the composer is opened for. */
export interface Draft {
  mode: 'new' | 'reply' | 'replyAll' | 'forward' | 'forwardAttached' | 'edit'
  /** The message answered, forwarded or written on. */
  email?: Email
  to?: EmailAddress[]
  cc?: EmailAddress[]
  bcc?: EmailAddress[]
  subject?: string
  text?: string
  /** A letter that a crash left behind. */
  recovered?: Letter
}

export interface Attached {
  /** Known in the composer only. */
  key: string
  blobId: Id
  name: string
  type: string
  size: number
  /** Of an inline image: its Content-ID. */
  cid: string | null
}

export type LetterFormat = 'rich' | 'plain'
export type Receipt = 'none' | 'asked'

export interface Letter {
  /** Names the letter on this device. */
  key: string
  identityId: Id
  to: Recipient[]
  cc: Recipient[]
  bcc: Recipient[]
  subject: string
  format: LetterFormat
  /** What is written, in rich text. Inline images are `<img data-cid>`. */
  html: string
  /** What is written, in plain text. */
  text: string
  /** The message answered or forwarded, as HTML below what is written; empty when it is part of `html` or `text`. */
  quotedHTML: string
  attachments: Attached[]
  inReplyTo: string[] | null
  references: string[] | null
  readReceipt: Receipt
  deliveryReceipt: Receipt
  /** The message that is the draft on the server, which the next save replaces. */
  emailId: Id | null
  /** The message that this one answers, and what that makes of it. */
  origin: { emailId: Id; keyword: '$answered' | '$forwarded' } | null
}

const quoteMark = '<div class="paloma-quote">'

/** The parts of HTML that a draft was saved with. */
export function splitQuote(html: string): { written: string; quoted: string } {
  const at = html.indexOf(quoteMark)
  if (at < 0) return { written: html, quoted: '' }
  return { written: html.slice(0, at), quoted: html.slice(at + quoteMark.length).replace(/<\/div>\s*(?:<\/body>\s*(?:<\/html>)?)?\s*$/, '') }
}

export function wholeHTML(letter: Letter): string {
  const written = asSent(letter.html)
  return letter.quotedHTML === '' ? written : `${written}${quoteMark}${letter.quotedHTML}</div>`
}

/** The text of the letter: what programs without HTML show, and what is searched for words. */
export function wholeText(letter: Letter): string {
  if (letter.format === 'plain') return letter.text
  const quoted = letter.quotedHTML === '' ? '' : `\n\n${htmlToText(letter.quotedHTML)}`
  return htmlToText(letter.html, 'lines') + quoted
}

export function writtenText(letter: Letter): string {
  return letter.format === 'plain' ? letter.text : htmlToText(letter.html, 'lines')
}

/** As a message has it: inline images by `src="cid:…"`, lines without space between them. */
function asSent(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const image of page.querySelectorAll('img[data-cid]')) {
    image.setAttribute('src', `cid:${image.getAttribute('data-cid')}`)
    image.removeAttribute('data-cid')
  }
  // Here a paragraph is a line, as one types it; programs that show it would leave space between paragraphs.
  for (const paragraph of page.querySelectorAll('p')) {
    paragraph.setAttribute('style', 'margin: 0')
    if (paragraph.childNodes.length === 0) paragraph.append(page.createElement('br'))
  }
  return page.body.innerHTML
}

/** The Content-IDs that the letter shows: other inline images are left out. */
function usedContentIDs(letter: Letter): Set<string> {
  const ids = new Set<string>()
  for (const match of `${letter.html}${letter.quotedHTML}`.matchAll(/(?:data-cid="|cid:)([^"'\s)<>]+)/g)) ids.add(match[1] ?? '')
  return ids
}

function addresses(recipients: Recipient[]): EmailAddress[] | null {
  const valid = recipients.filter((one) => one.valid).map(({ name, email }) => ({ name, email }))
  return valid.length === 0 ? null : valid
}

/** What `Email/set` creates of the letter (RFC 8621 §4.6). */
export function messageOf(letter: Letter, identity: Identity, mailboxId: Id): Record<string, unknown> {
  const message: Record<string, unknown> = {
    mailboxIds: { [mailboxId]: true },
    keywords: { $draft: true, $seen: true },
    from: [{ name: identity.name || null, email: identity.email }],
    to: addresses(letter.to),
    cc: addresses(letter.cc),
    bcc: addresses(letter.bcc),
    replyTo: identity.replyTo?.length ? identity.replyTo : null,
    subject: letter.subject,
    inReplyTo: letter.inReplyTo,
    references: letter.references,
    ...bodyOf(letter),
  }
  if (letter.readReceipt === 'asked') {
    message['header:Disposition-Notification-To:asAddresses'] = [{ name: identity.name || null, email: identity.email }]
  }
  for (const [name, value] of Object.entries(message)) if (value === null) delete message[name]
  return message
}

interface NewPart {
  type: string
  partId?: string
  blobId?: Id
  name?: string
  disposition?: string
  cid?: string
  subParts?: NewPart[]
}

function bodyOf(letter: Letter): { bodyStructure: NewPart; bodyValues: Record<string, { value: string }> } {
  const used = usedContentIDs(letter)
  const inline = letter.format === 'rich' ? letter.attachments.filter((one) => one.cid !== null && used.has(one.cid)) : []
  const others = letter.attachments.filter((one) => one.cid === null)
  const text: NewPart = { type: 'text/plain', partId: 'text' }
  const bodyValues: Record<string, { value: string }> = { text: { value: wholeText(letter) } }
  let body = text
  if (letter.format === 'rich') {
    bodyValues.html = { value: `<!doctype html><html><head><meta charset="utf-8"></head><body>${wholeHTML(letter)}</body></html>` }
    const html: NewPart = { type: 'text/html', partId: 'html' }
    const related = { type: 'multipart/related', subParts: [html, ...inline.map((one) => partOf(one, 'inline'))] }
    body = { type: 'multipart/alternative', subParts: [text, inline.length > 0 ? related : html] }
  }
  if (others.length > 0) body = { type: 'multipart/mixed', subParts: [body, ...others.map((one) => partOf(one, 'attachment'))] }
  return { bodyStructure: body, bodyValues }
}

function partOf(attached: Attached, disposition: string): NewPart {
  const { blobId, type, name, cid } = attached
  return { type, blobId, name, disposition, ...(cid === null ? {} : { cid }) }
}

/** The other format, with what is written carried over as well as it can be. */
export function inFormat(letter: Letter, format: LetterFormat): Letter {
  if (format === letter.format) return letter
  if (format === 'plain') return { ...letter, format, text: wholeText(letter), quotedHTML: '' }
  return { ...letter, format, html: textToHTML(letter.text), quotedHTML: '' }
}

/** What a `mailto:` link asks for (RFC 6068). */
export function draftFromMailto(address: string): Draft {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return { mode: 'new' }
  }
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text)
    } catch {
      return text
    }
  }
  const fields: Record<string, string> = {}
  // RFC 6068 §2: `+` is a plus sign, so URLSearchParams would read too much.
  for (const pair of url.search.slice(1).split('&')) {
    const [name = '', value = ''] = pair.split('=', 2)
    const key = name.toLowerCase()
    // Of the fields only those that the sender can see are taken; `attach` and `bcc` are not for a link to fill in.
    if (/^(to|cc|subject|body)$/.test(key)) fields[key] = decode(value).slice(0, 20_000)
  }
  const list = (text: string) => readRecipients(text).slice(0, 100).map(({ name, email }) => ({ name, email }))
  return {
    mode: 'new',
    to: list([decode(url.pathname), fields.to ?? ''].filter((one) => one !== '').join(', ')),
    cc: list(fields.cc ?? ''),
    subject: fields.subject?.replace(/[\r\n]+/g, ' '),
    text: fields.body,
  }
}
