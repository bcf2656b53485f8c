// The webmail's own settings of an account: one small JSON object that the server keeps (WebSettings/get and /set).

import { useEffect, useSyncExternalStore } from 'react'
import type { JMAPClient } from '../jmap/client'
import type { GetResponse, Id } from '../jmap/types'

export interface WebSettings {
  language?: 'en' | 'es'
  theme?: 'system' | 'light' | 'dark'
  trustedImageSenders?: string[]
  /** What new messages are written in. */
  compose?: 'rich' | 'plain'
  /** The identity that new messages come from. */
  identityId?: Id
  [other: string]: unknown
}

type Change = { [Key in keyof WebSettings]: WebSettings[Key] | null }

let current: WebSettings = {}
let client: JMAPClient | undefined
const listeners = new Set<() => void>()

function publish(settings: WebSettings): void {
  current = settings
  listeners.forEach((listener) => listener())
}

/** Reads the settings of the client's account. What fails leaves the defaults: mail can be read without. */
export async function loadWebSettings(from: JMAPClient): Promise<WebSettings> {
  client = from
  try {
    const answer = await from.request<GetResponse<WebSettings & { id: Id }>>('WebSettings/get', { ids: null })
    const { id: _, ...settings } = answer.list[0] ?? { id: '' }
    publish(settings)
  } catch {
    publish({})
  }
  return current
}

/** Shows the change at once and tells the server; null removes a setting. */
export async function changeWebSettings(change: Partial<Change>): Promise<void> {
  const next: WebSettings = { ...current }
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === undefined) delete next[key]
    else next[key] = value
  }
  publish(next)
  await client?.request('WebSettings/set', { update: { singleton: change } })
}

export function useWebSettings(): { settings: WebSettings; change: (change: Partial<Change>) => void } {
  const settings = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
  return { settings, change: (change) => void changeWebSettings(change).catch(() => {}) }
}

/** Loads the settings once for the client. */
export function useLoadedWebSettings(from: JMAPClient): void {
  useEffect(() => {
    if (client !== from) void loadWebSettings(from)
  }, [from])
}

export function currentWebSettings(): WebSettings {
  return current
}

/** Calls `listener` after each change; returns what ends that. */
export function subscribeWebSettings(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
