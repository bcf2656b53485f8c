// Labels are keywords of the user's own: every IMAP program that shows keywords shows them too.

import type { Email } from '../jmap/types'
import type { Mail } from './Mail'

/** How a label is shown: its text as it was typed, and which of the tints it has. */
export interface Label {
  keyword: string
  name: string
  tint: number
}

/** Tints in tokens.css. */
export const tintCount = 8

/** Keywords that programs set among themselves, which say nothing to people. */
const technical = /^(\$|\\)|^(junk|nonjunk|notjunk|forwarded|mdnsent|redirected|old|\*)$/i

/** Whether a keyword is a label. */
export function isLabel(keyword: string): boolean {
  return !technical.test(keyword)
}

/** A keyword for a label: the characters that RFC 8621 §4.1.1 takes, others as `_`. */
export function keywordFor(name: string): string {
  const plain = name.trim().normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^\x21-\x7e]|[(){\]%*"\\]/gu, '_').slice(0, 60)
}

/** The same tint for the same text, everywhere. */
export function tintOf(text: string): number {
  let sum = 0
  for (const character of text.toLowerCase()) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return sum % tintCount
}

/** A label as it is kept, or as its keyword alone says. */
export function labelOf(keyword: string, kept: readonly Label[]): Label {
  const found = kept.find((label) => label.keyword === keyword)
  return found ?? { keyword, name: keyword.replace(/_/g, ' '), tint: tintOf(keyword) }
}

/** The labels of an email, as they are shown. */
export function labelsOf(email: Email, kept: readonly Label[]): Label[] {
  return Object.keys(email.keywords).filter(isLabel).sort().map((keyword) => labelOf(keyword, kept))
}

/** All labels that are known: those kept, and those on messages that were seen. */
export function knownLabels(mail: Mail, kept: readonly Label[]): Label[] {
  const keywords = new Set(kept.map((label) => label.keyword))
  for (const email of mail.emails.values()) {
    for (const keyword of Object.keys(email.keywords)) if (isLabel(keyword)) keywords.add(keyword)
  }
  return [...keywords].map((keyword) => labelOf(keyword, kept)).sort((a, b) => a.name.localeCompare(b.name))
}
