// The folders, kept in the browser: they are on the screen before the server has answered. Logging out forgets them.

import type { Id, Mailbox } from '../jmap/types'

const key = 'paloma.folders'

export function rememberedFolders(accountId: Id): Mailbox[] {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as { accountId: Id; list: Mailbox[] } | null
    return kept?.accountId === accountId && Array.isArray(kept.list) ? kept.list : []
  } catch {
    return []
  }
}

export function rememberFolders(accountId: Id, list: Mailbox[]) {
  try {
    localStorage.setItem(key, JSON.stringify({ accountId, list }))
  } catch {
    // No room, or not allowed: they are asked for each time.
  }
}

/** Forgets all that the browser keeps of somebody's mail. */
export function forgetEverything() {
  localStorage.removeItem(key)
  localStorage.removeItem('paloma.searches')
}
