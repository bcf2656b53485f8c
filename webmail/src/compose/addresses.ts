// Addresses as people type and paste them: `Ana <ana@example.org>, ben@example.org; "C, D" <c@example.org>`.

import type { EmailAddress } from '../jmap/types'

/** A recipient in a field: one that can be written to, or a text that is none. */
export interface Recipient {
  name: string | null
  email: string
  valid: boolean
}

const mailbox = /^[^\s@<>()[\]\\,;:"]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u
const quotedMailbox = /^"(?:[^"\\]|\\.)*"@[^\s@]+$/
const literalMailbox = /^[^\s@]+@\[[0-9a-f:.]+(?:IPv6:[0-9a-f:.]+)?\]$/i

/** Octets of an address (RFC 5321 §4.5.3.1.3, without the angle brackets). */
const addressLengthMax = 254

export function isAddress(text: string): boolean {
  if (text.length > addressLengthMax) return false
  return (mailbox.test(text) && !/^\.|\.\.|\.@/.test(text)) || quotedMailbox.test(text) || literalMailbox.test(text)
}

/** Reads a list: separated by commas, semicolons or line ends, which quotes, comments and angle brackets hide. */
export function readRecipients(text: string): Recipient[] {
  return splitList(text)
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .flatMap((item) => splitBare(item))
    .map(readRecipient)
}

function splitList(text: string): string[] {
  const items: string[] = []
  let item = ''
  let quoted = false
  let depth = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index)
    if (quoted && character === '\\') {
      item += character + text.charAt(index + 1)
      index += 1
      continue
    }
    if (character === '"') quoted = !quoted
    else if (!quoted && (character === '<' || character === '(')) depth += 1
    else if (!quoted && (character === '>' || character === ')')) depth = Math.max(0, depth - 1)
    if (/[\n\r]/.test(character) || (!quoted && depth === 0 && /[,;\t]/.test(character))) {
      items.push(item)
      item = ''
      quoted = false
      depth = 0
    } else item += character
  }
  return [...items, item]
}

/** `a@x.org b@x.org`: addresses with only spaces between them are several. */
function splitBare(item: string): string[] {
  const words = item.split(/\s+/)
  return words.length > 1 && words.every((word) => isAddress(word)) ? words : [item]
}

function readRecipient(item: string): Recipient {
  const angle = /^(.*?)<\s*([^<>]*?)\s*>\s*$/s.exec(item)
  const email = (angle?.[2] ?? item.replace(/\s*\([^()]*\)\s*$/, '')).replace(/^mailto:/i, '').trim()
  const comment = /\(([^()]*)\)\s*$/.exec(item)?.[1]
  const name = unquote((angle?.[1] ?? (angle === null ? comment : '') ?? '').trim())
  return { name: name === '' || name === email ? null : name, email, valid: isAddress(email) }
}

function unquote(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)
  return (quoted?.[1]?.replace(/\\(.)/gs, '$1') ?? text).trim()
}

/** As one writes it in a field: what `readRecipients` reads. */
export function writeRecipient(recipient: { name: string | null; email: string }): string {
  if (recipient.name === null || recipient.name === '') return recipient.email
  const name = /^[\p{L}\p{N} .'-]+$/u.test(recipient.name) ? recipient.name : `"${recipient.name.replace(/["\\]/g, '\\$&')}"`
  return `${name} <${recipient.email}>`
}

export function toRecipients(addresses: EmailAddress[] | null | undefined): Recipient[] {
  return (addresses ?? []).map(({ name, email }) => ({ name, email, valid: isAddress(email) }))
}

/** Whether both are the same mailbox as far as a sender may judge. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** Without repetitions, in order. */
export function distinct(recipients: Recipient[]): Recipient[] {
  return recipients.filter((one, index) => recipients.findIndex((other) => sameAddress(one.email, other.email)) === index)
}
