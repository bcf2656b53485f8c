// A new letter from what the composer was opened for.

import type { Text } from '../i18n'
import type { Format } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Email, GetResponse, Id, Identity, Mailbox } from '../jmap/types'
import { fileName } from '../message/files'
import { allParts, namedContentIDs } from '../message/inlineImages'
import { bodyProperties } from '../message/bodyProperties'
import { openRealm } from '../message/realm'
import { sanitize } from '../message/sanitize/sanitize'
import type { SettingsValues } from '../mail/Settings'
import { people } from '../message/people'
import { toRecipients } from './addresses'
import { answer, answeringIdentity, quoteText } from './answer'
import { escapeHTML, htmlToText, textToHTML } from './convert'
import { type Attached, type Draft, type Letter, type LetterFormat, splitQuote } from './letter'

/** What every letter needs from the server. */
export interface WritingDesk {
  identities: Identity[]
  draftsId: Id
  sentId: Id
  format: LetterFormat
}

/** Fetches the desk and, where there is one, the whole message that `draft` names. */
export async function openDesk(
  client: JMAPClient,
  draft: Draft,
  settings: SettingsValues,
): Promise<{ desk: WritingDesk; email: Email | undefined }> {
  const [identities, mailboxes, email] = await Promise.all([
    client.request<GetResponse<Identity>>('Identity/get', { ids: null }),
    client.request<GetResponse<Mailbox>>('Mailbox/get', { ids: null, properties: ['id', 'role'] }),
    draft.email === undefined ? undefined : wholeEmail(client, draft.email.id),
  ])
  const withRole = (role: string) => mailboxes.list.find((mailbox) => mailbox.role === role)?.id
  const draftsId = withRole('drafts') ?? (await createMailbox(client, 'Drafts', 'drafts'))
  const sentId = withRole('sent') ?? (await createMailbox(client, 'Sent', 'sent'))
  const preferred = identities.list.find((identity) => identity.id === settings.identityId)
  const sorted = preferred === undefined ? identities.list : [preferred, ...identities.list.filter((one) => one !== preferred)]
  return { desk: { identities: sorted, draftsId, sentId, format: settings.compose === 'plain' ? 'plain' : 'rich' }, email }
}

async function wholeEmail(client: JMAPClient, id: Id): Promise<Email | undefined> {
  const asked = { ...bodyProperties, properties: [...bodyProperties.properties, 'header:Disposition-Notification-To:asText'] }
  return (await client.request<GetResponse<Email>>('Email/get', { ids: [id], ...asked })).list[0]
}

async function createMailbox(client: JMAPClient, name: string, role: string): Promise<Id> {
  const answer = await client.request<{ created: Record<string, { id: Id }> | null }>('Mailbox/set', { create: { made: { name, role } } })
  return answer.created?.made?.id ?? ''
}

export async function openLetter(draft: Draft, email: Email | undefined, desk: WritingDesk, t: Text, format: Format): Promise<Letter> {
  if (draft.recovered !== undefined) return draft.recovered
  const empty = emptyLetter(draft, desk)
  if (email === undefined) return signed(empty, desk, draft.text ?? '')
  switch (draft.mode) {
    case 'edit':
      return written(empty, email, desk)
    case 'reply':
    case 'replyAll':
    case 'forward':
      return answering(draft.mode, empty, email, desk, t, format)
    case 'forwardAttached': {
      const { to, cc, subject, references } = answer('forward', email, desk.identities)
      const letter = { ...empty, to, cc, subject, references, origin: { emailId: email.id, keyword: '$forwarded' as const } }
      const name = `${(email.subject ?? '').replace(/[\\/:*?"<>|\u0000-\u001f]/g, ' ').trim() || 'message'}.eml`
      letter.attachments = [{ key: email.blobId, blobId: email.blobId, name, type: 'message/rfc822', size: email.size, cid: null }]
      return signed(letter, desk, '')
    }
    case 'new':
      return signed(empty, desk, draft.text ?? '')
  }
}

function emptyLetter(draft: Draft, desk: WritingDesk): Letter {
  return {
    key: crypto.randomUUID(),
    identityId: desk.identities[0]?.id ?? '',
    to: toRecipients(draft.to),
    cc: toRecipients(draft.cc),
    bcc: toRecipients(draft.bcc),
    subject: draft.subject ?? '',
    format: desk.format,
    html: '',
    text: '',
    quotedHTML: '',
    attachments: [],
    inReplyTo: null,
    references: null,
    readReceipt: 'none',
    deliveryReceipt: 'none',
    emailId: null,
    origin: null,
  }
}

function identityOf(letter: Letter, desk: WritingDesk): Identity | undefined {
  return desk.identities.find((identity) => identity.id === letter.identityId) ?? desk.identities[0]
}

/** The signature of an identity, in both formats; empty where it has none. */
export function signatureOf(identity: Identity | undefined): { html: string; text: string } {
  const text = identity?.textSignature.trim() || htmlToText(identity?.htmlSignature ?? '')
  const html = identity?.htmlSignature.trim() || (text === '' ? '' : textToHTML(text))
  return {
    text: text === '' ? '' : `-- \n${text}`,
    html: html === '' ? '' : `<div class="paloma-signature">${html}</div>`,
  }
}

function signed(letter: Letter, desk: WritingDesk, text: string): Letter {
  const signature = signatureOf(identityOf(letter, desk))
  return {
    ...letter,
    html: `${text === '' ? '<p></p>' : textToHTML(text)}${signature.html === '' ? '' : `<p></p>${signature.html}`}`,
    text: signature.text === '' ? text : `${text}\n\n${signature.text}`,
  }
}

async function answering(mode: 'reply' | 'replyAll' | 'forward', empty: Letter, email: Email, desk: WritingDesk, t: Text, format: Format): Promise<Letter> {
  const identity = answeringIdentity(email, desk.identities)
  const answered = answer(mode, email, desk.identities)
  const letter: Letter = {
    ...empty,
    ...answered,
    identityId: identity?.id ?? empty.identityId,
    origin: { emailId: email.id, keyword: mode === 'forward' ? '$forwarded' : '$answered' },
  }
  const { html, text } = bodies(email)
  const head = mode === 'forward' ? forwardHead(email, t, format) : [replyHead(email, t, format)]
  const quotedText = mode === 'forward' ? `${head.join('\n')}\n\n${text}` : `${head[0]}\n${quoteText(text)}`
  const withSignature = signed(letter, desk, '')
  withSignature.text = `${withSignature.text === '' ? '\n' : withSignature.text}\n\n${quotedText}`
  const intro = head.map((line) => escapeHTML(line)).join('<br>')
  const cleaned = await cleanForQuote(html ?? textToHTML(text))
  withSignature.quotedHTML =
    mode === 'forward' ? `<p>${intro}</p>${cleaned}` : `<p>${intro}</p><blockquote type="cite">${cleaned}</blockquote>`
  withSignature.attachments = carried(email, withSignature.quotedHTML, mode === 'forward' ? 'all' : 'inline', t)
  return withSignature
}

/** The HTML and the text of a message; the text is made of the HTML where there is none. */
function bodies(email: Email): { html: string | null; text: string } {
  const value = (part: { partId: string | null }) => email.bodyValues?.[part.partId ?? '']?.value ?? ''
  const htmlParts = (email.htmlBody ?? []).filter((part) => part.type === 'text/html')
  const html = htmlParts.length === 0 ? null : htmlParts.map(value).join('\n')
  const text = (email.textBody ?? []).map((part) => (part.type === 'text/html' ? htmlToText(value(part)) : value(part))).join('\n')
  return { html, text: text.trim() === '' && html !== null ? htmlToText(html) : text }
}

/** A stranger's HTML as it may go on in a message of ours: nothing that runs; inline images by their Content-ID. */
async function cleanForQuote(html: string): Promise<string> {
  const realm = await openRealm('clean')
  try {
    const result = await sanitize(html, {
      realm: realm.window,
      images: 'allowed',
      inlineImage: (contentID) => `cid:${contentID}`,
      describeDeceptiveLink: () => '',
    })
    const box = result.content.ownerDocument.createElement('div')
    box.append(result.content)
    // Rules for the whole page must not style what is written above the quote.
    box.querySelectorAll('style').forEach((style) => style.remove())
    if (result.bodyStyle !== '') box.setAttribute('style', result.bodyStyle)
    return box.outerHTML
  } catch {
    return textToHTML(htmlToText(html))
  } finally {
    realm.close()
  }
}

function replyHead(email: Email, t: Text, format: Format): string {
  return t('compose.wrote', { date: format.full(email.sentAt ?? email.receivedAt), name: people(email.from) })
}

function forwardHead(email: Email, t: Text, format: Format): string[] {
  return [
    `---------- ${t('compose.forwarded')} ----------`,
    `${t('compose.from')}: ${people(email.from)}`,
    `${t('viewer.date')}: ${format.full(email.sentAt ?? email.receivedAt)}`,
    `${t('compose.subject')}: ${email.subject ?? ''}`,
    `${t('compose.to')}: ${people(email.to)}`,
    ...(email.cc?.length ? [`${t('compose.cc')}: ${people(email.cc)}`] : []),
  ]
}

/** What of the message's parts goes along: the images that the quote shows, and with a forward all attachments. */
function carried(email: Email, html: string, which: 'inline' | 'all', t: Text): Attached[] {
  const named = namedContentIDs(html)
  const result: Attached[] = []
  for (const part of allParts(email)) {
    const cid = (part.cid ?? '').replace(/^<|>$/g, '')
    const isInline = cid !== '' && named.has(cid)
    const isAttachment = which === 'all' && (email.attachments ?? []).some((other) => other.blobId === part.blobId)
    if (!part.blobId || result.some((one) => one.blobId === part.blobId) || !(isInline || isAttachment)) continue
    const name = fileName(part, t('attachment.unnamed'))
    result.push({ key: part.blobId, blobId: part.blobId, name, type: part.type, size: part.size, cid: isInline ? cid : null })
  }
  return result
}

/** A draft of the server, to be written on. */
async function written(empty: Letter, email: Email, desk: WritingDesk): Promise<Letter> {
  const { html, text } = bodies(email)
  const parts = splitQuote(html ?? '')
  const identity = answeringIdentity({ ...email, to: null, cc: null, bcc: null }, desk.identities)
  const asked = email['header:Disposition-Notification-To:asText']
  const quotedHTML = parts.quoted === '' ? '' : await cleanForQuote(parts.quoted)
  return {
    ...empty,
    identityId: identity?.id ?? empty.identityId,
    to: toRecipients(email.to),
    cc: toRecipients(email.cc),
    bcc: toRecipients(email.bcc),
    subject: email.subject ?? '',
    format: html === null ? 'plain' : 'rich',
    // An empty line has a break in the message, so that it has a height.
    html: parts.written.replace(/<p[^>]*><br\s*\/?><\/p>/g, '<p></p>'),
    text,
    quotedHTML,
    attachments: carried(email, html ?? '', 'all', (() => 'file') as unknown as Text),
    inReplyTo: email.inReplyTo?.length ? email.inReplyTo : null,
    references: email.references?.length ? email.references : null,
    readReceipt: asked ? 'asked' : 'none',
    emailId: email.id,
  }
}
