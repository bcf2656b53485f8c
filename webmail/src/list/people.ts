// Who a conversation is with, in the width of a row.

import type { Email, EmailAddress } from '../jmap/types'

/** How somebody is called in a short list: the first name, or what stands before the @. */
export function shortName(who: EmailAddress): string {
  const name = who.name?.trim()
  if (!name) return who.email.split('@')[0] ?? who.email
  const ordered = /^([^,]+),\s*(.+)$/.exec(name)
  return (ordered?.[2] ?? name).split(/\s+/)[0] ?? name
}

export function fullName(who: EmailAddress | null | undefined, nobody: string): string {
  return who?.name?.trim() || who?.email || nobody
}

/** The writers of a conversation, each once, oldest first; whole names when there is one, first names when there are more. */
export function writers(emails: readonly Email[], isOwn: (who: EmailAddress) => boolean, me: string, nobody: string): string {
  const seen = new Map<string, EmailAddress>()
  for (const email of emails) for (const who of email.from ?? []) if (!seen.has(who.email.toLowerCase())) seen.set(who.email.toLowerCase(), who)
  const all = [...seen.values()]
  if (all.length === 0) return nobody
  if (all.length === 1) return isOwn(all[0] as EmailAddress) && emails.length > 1 ? me : fullName(all[0], nobody)
  const names = all.map((who) => apart(isOwn(who) ? me : shortName(who)))
  return names.length <= 3 ? names.join(', ') : `${names[0]} … ${names.slice(-2).join(', ')}`
}

/** Those written to. */
export function receivers(email: Email, nobody: string): string {
  const all = email.to ?? []
  if (all.length === 0) return nobody
  if (all.length === 1) return fullName(all[0], nobody)
  return all.slice(0, 3).map((who) => apart(shortName(who))).join(', ') + (all.length > 3 ? ' …' : '')
}

/** Keeps names of other directions from mixing with their neighbours (first strong isolate, Unicode TR 9). */
function apart(name: string): string {
  return `\u2068${name}\u2069`
}
