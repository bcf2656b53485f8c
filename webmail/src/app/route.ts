// Where one is, in the address: what is shown has an address, and the browser's back button goes back.
//
//   #/inbox            #/folder/ID            #/search/WORDS            each with /m/EMAIL when a conversation is open

import { useSyncExternalStore } from 'react'
import type { Id } from '../jmap/types'

export type Place = { kind: 'role'; role: string } | { kind: 'folder'; id: Id } | { kind: 'search'; text: string }

export interface Route {
  place: Place
  /** The message whose conversation is open. */
  open: Id | null
}

const roles = new Set(['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash', 'all', 'important'])

export function parseRoute(hash: string): Route {
  const parts = hash.replace(/^#?\/?/, '').split('/').map(decoded)
  const [first = '', second = ''] = parts
  let place: Place = { kind: 'role', role: 'inbox' }
  let rest = parts.slice(1)
  if (roles.has(first)) place = { kind: 'role', role: first }
  else if (first === 'folder' && second) {
    place = { kind: 'folder', id: second }
    rest = parts.slice(2)
  } else if (first === 'search' && second) {
    place = { kind: 'search', text: second }
    rest = parts.slice(2)
  }
  return { place, open: rest[0] === 'm' && rest[1] ? rest[1] : null }
}

export function address({ place, open }: Route): string {
  const at =
    place.kind === 'role' ? place.role
    : place.kind === 'folder' ? `folder/${encodeURIComponent(place.id)}`
    : `search/${encodeURIComponent(place.text)}`
  return `#/${at}${open ? `/m/${encodeURIComponent(open)}` : ''}`
}

/** Goes somewhere. `replace` leaves no step to go back to. */
export function go(route: Route, how: 'push' | 'replace' = 'push') {
  const target = address(route)
  if (target === location.hash) return
  // Whether going back leads to the list that this was opened from.
  const state = { fromList: how === 'push' && route.open !== null && parseRoute(location.hash).open === null }
  if (how === 'push') history.pushState(state, '', target)
  else history.replaceState(history.state, '', target)
  for (const listener of listeners) listener()
}

/** Leaves the conversation for its list: back, when one came from there. */
export function leaveConversation() {
  const route = parseRoute(location.hash)
  if (route.open === null) return
  if (history.state?.fromList) history.back()
  else go({ ...route, open: null }, 'replace')
}

const listeners = new Set<() => void>()

function subscribe(listener: () => void) {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  window.addEventListener('hashchange', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
    window.removeEventListener('hashchange', listener)
  }
}

let last = { hash: '?', route: parseRoute('') }

function current(): Route {
  if (last.hash !== location.hash) last = { hash: location.hash, route: parseRoute(location.hash) }
  return last.route
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
