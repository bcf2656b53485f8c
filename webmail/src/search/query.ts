// The language of the search box: words, and operators like `from:ana before:2026-01-31 has:attachment -is:read`.

import type { EmailFilter, EmailFilterCondition, Id } from '../jmap/types'
import { keywordFor } from '../mail/labels'

/** A word of the box. `operator` is in lower case; `negated` words begin with `-`. */
export interface Term {
  operator: string | null
  value: string
  negated: boolean
}

/** What can be written before a colon, for suggestions. */
export const operators = [
  'from:', 'to:', 'cc:', 'subject:', 'body:', 'in:', 'label:', 'is:unread', 'is:read', 'is:starred', 'is:answered', 'has:attachment',
  'before:', 'after:', 'larger:', 'smaller:', 'older_than:', 'newer_than:',
] as const

const known = new Set(operators.map((operator) => operator.slice(0, operator.indexOf(':'))))

/** How names of folders are found. */
export type FindMailbox = (name: string) => Id | null

/** Cuts the box's text into words; what stands in quotes is one word. */
export function terms(text: string): Term[] {
  const found: Term[] = []
  for (const match of text.matchAll(/(-?)(?:([a-z_]+):)?(?:"([^"]*)"?|(\S*))/gi)) {
    const whole = match[0] ?? ''
    const negated = match[1] === '-' && whole.length > 1
    const operator = match[2]?.toLowerCase() ?? null
    const value = (match[3] ?? match[4] ?? '').trim() || (whole === '-' ? '-' : '')
    if (operator !== null && known.has(operator)) found.push({ operator, value, negated })
    // `https://…` and `18:30` are words, whatever stands before their colon.
    else if (operator !== null) found.push({ operator: null, value: `${match[2]}:${value}`, negated })
    else if (value) found.push({ operator: null, value, negated })
  }
  return found
}

/** The filter for the box's text; null when nothing is asked. What is unfinished (`from:`) asks nothing. */
export function filterFor(text: string, findMailbox: FindMailbox, now: Date = new Date()): EmailFilter | null {
  const conditions: EmailFilter[] = []
  const words: string[] = []
  for (const term of terms(text)) {
    if (term.operator === null && !term.negated) {
      words.push(/\s/.test(term.value) ? `"${term.value}"` : term.value)
      continue
    }
    const condition = term.operator === null ? { text: term.value } : conditionFor(term.operator, term.value, findMailbox, now)
    if (condition) conditions.push(term.negated ? { operator: 'NOT', conditions: [condition] } : condition)
  }
  if (words.length > 0) conditions.push({ text: words.join(' ') })
  if (conditions.length === 0) return null
  return conditions.length === 1 ? conditions[0]! : { operator: 'AND', conditions }
}

function conditionFor(operator: string, value: string, findMailbox: FindMailbox, now: Date): EmailFilter | null {
  if (value === '') return null
  switch (operator) {
    case 'from': return { from: value }
    case 'to': return { to: value }
    case 'cc': return { cc: value }
    case 'subject': return { subject: value }
    case 'body': return { body: value }
    case 'label': return { hasKeyword: keywordFor(value) }
    case 'has': return value.toLowerCase().startsWith('attach') ? { hasAttachment: true } : null
    case 'is': return stateCondition(value.toLowerCase())
    case 'in': {
      const id = findMailbox(value)
      return id === null ? { text: value } : { inMailbox: id }
    }
    case 'before': return dated('before', value)
    case 'after': return dated('after', value)
    case 'older_than': return aged('before', value, now)
    case 'newer_than': return aged('after', value, now)
    case 'larger': return sized('minSize', value)
    case 'smaller': return sized('maxSize', value)
    default: return null
  }
}

function stateCondition(value: string): EmailFilterCondition | null {
  switch (value) {
    case 'unread': return { notKeyword: '$seen' }
    case 'read': return { hasKeyword: '$seen' }
    case 'starred': case 'flagged': return { hasKeyword: '$flagged' }
    case 'answered': return { hasKeyword: '$answered' }
    case 'draft': return { hasKeyword: '$draft' }
    default: return null
  }
}

/** `2026`, `2026-01`, `2026-01-31`, with `/` too: the beginning of that time, here. */
function dated(property: 'before' | 'after', value: string): EmailFilterCondition | null {
  const match = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?$/.exec(value)
  if (!match) return null
  const month = Number(match[2] ?? 1)
  const date = Number(match[3] ?? 1)
  if (month < 1 || month > 12 || date < 1 || date > 31) return null
  return { [property]: instant(new Date(Number(match[1]), month - 1, date)) }
}

/** `3d`, `2w`, `6m`, `1y` before now. */
function aged(property: 'before' | 'after', value: string, now: Date): EmailFilterCondition | null {
  const match = /^(\d{1,4})([dwmy])$/i.exec(value)
  if (!match) return null
  const count = Number(match[1])
  const then = new Date(now)
  switch (match[2]?.toLowerCase()) {
    case 'd': then.setDate(then.getDate() - count); break
    case 'w': then.setDate(then.getDate() - 7 * count); break
    case 'm': then.setMonth(then.getMonth() - count); break
    default: then.setFullYear(then.getFullYear() - count)
  }
  return { [property]: instant(then) }
}

/** `500`, `20k`, `5m`, `1.5mb`. */
function sized(property: 'minSize' | 'maxSize', value: string): EmailFilterCondition | null {
  const match = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(value)
  if (!match) return null
  const factor = { '': 1, k: 1e3, m: 1e6, g: 1e9 }[(match[2] ?? '').toLowerCase()] ?? 1
  return { [property]: Math.round(Number(match[1]) * factor) }
}

/** As JMAP's UTCDate wants it: no fraction that is zero (RFC 8620 §1.4). */
function instant(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Whether anything is asked that a snippet can show. */
export function hasWords(text: string): boolean {
  return terms(text).some((term) => !term.negated && (term.operator === null || ['subject', 'body'].includes(term.operator)))
}
