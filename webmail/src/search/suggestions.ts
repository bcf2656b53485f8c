// What the search box offers while one types.

import { operators } from './query'
import type { TextKey } from '../i18n'
import { accountCapability, type JMAPClient } from '../jmap/client'
import type { Mail } from '../mail/Mail'
import type { KnownAddress } from '../jmap/types'
import { folded } from '../ui/Picker'

const recentKey = 'paloma.searches'
const recentMax = 6
const peopleMax = 5

export interface Suggestion {
  kind: 'recent' | 'person' | 'operator'
  /** What the box holds when it is taken. */
  text: string
  /** What it is, for people. */
  label: string
  hint: TextKey | null
  /** Whether taking it searches at once, or one goes on typing. */
  isWhole: boolean
}

const hints: Record<string, TextKey> = {
  'from:': 'search.hint.from', 'to:': 'search.hint.to', 'subject:': 'search.hint.subject', 'in:': 'search.hint.in',
  'label:': 'search.hint.label', 'is:unread': 'search.hint.unread', 'is:starred': 'search.hint.starred',
  'has:attachment': 'search.hint.attachment', 'before:': 'search.hint.before', 'after:': 'search.hint.after',
  'larger:': 'search.hint.larger',
}

/** Recent searches and operators that go with the word that is being typed. */
export function suggestionsFor(typed: string, recent: readonly string[]): Suggestion[] {
  const { before, word } = lastWord(typed)
  const found: Suggestion[] = recent
    .filter((text) => text !== typed && folded(text).includes(folded(typed.trim())))
    .map((text) => ({ kind: 'recent', text, label: text, hint: null, isWhole: true }))
  for (const operator of operators) {
    const hint = hints[operator]
    if (!hint || !operator.startsWith(word.toLowerCase()) || operator === word) continue
    found.push({ kind: 'operator', text: before + operator, label: operator, hint, isWhole: !operator.endsWith(':') && before === '' })
  }
  return found
}

/** People for what is being typed: those known to the server, and those in the messages that were seen. */
export async function peopleFor(typed: string, client: JMAPClient, mail: Mail): Promise<Suggestion[]> {
  const { before, word } = lastWord(typed)
  const match = /^(?:(from|to|cc):)?"?([^":]{2,})$/i.exec(word)
  if (!match) return []
  const wanted = folded(match[2] ?? '')
  const operator = match[1]?.toLowerCase() ?? 'from'
  const people = new Map<string, KnownAddress>()
  for (const email of mail.emails.values()) {
    for (const who of [...(email.from ?? []), ...(email.to ?? [])]) {
      if (people.size < 40 && folded(`${who.name ?? ''} ${who.email}`).includes(wanted)) people.set(who.email.toLowerCase(), who)
    }
  }
  if (accountCapability in client.session.capabilities) {
    const known = await client
      .request<{ list?: KnownAddress[] }>('KnownAddress/query', { prefix: match[2], limit: peopleMax })
      .catch(() => ({ list: [] }))
    for (const who of known.list ?? []) people.set(who.email.toLowerCase(), who)
  }
  return [...people.values()].slice(0, peopleMax).map((who) => ({
    kind: 'person',
    text: `${before}${operator}:${who.email} `,
    label: who.name?.trim() ? `${who.name} <${who.email}>` : who.email,
    hint: null,
    isWhole: before === '',
  }))
}

export function recentSearches(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(recentKey) ?? '[]')
    return Array.isArray(stored) ? stored.filter((text): text is string => typeof text === 'string').slice(0, recentMax) : []
  } catch {
    return []
  }
}

export function rememberSearch(text: string) {
  const others = recentSearches().filter((one) => one !== text)
  localStorage.setItem(recentKey, JSON.stringify([text, ...others].slice(0, recentMax)))
}

export function forgetSearches() {
  localStorage.removeItem(recentKey)
}

/** What stands before the word that is being typed, and that word. */
function lastWord(typed: string): { before: string; word: string } {
  const at = typed.search(/\S*$/)
  return { before: typed.slice(0, at), word: typed.slice(at) }
}
