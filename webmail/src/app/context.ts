import { createContext, useContext } from 'react'
import type { Draft } from '../compose/letter'
import type { Actions } from '../mail/Actions'
import type { Mail } from '../mail/Mail'
import type { Settings } from '../mail/Settings'
import type { JMAPClient } from '../jmap/client'
import type { TextKey, Values } from '../i18n'

export type { Draft } from '../compose/letter'

/** What every part of the page may use. */
export interface Desk {
  client: JMAPClient
  mail: Mail
  settings: Settings
  actions: Actions
  compose: (draft: Draft) => void
  confirm: (key: TextKey, values: Values, action: TextKey) => Promise<boolean>
  /** Says what happened, with what takes it back. */
  tell: (text: string, undo?: (() => Promise<void>) | null) => void
  fail: (error: unknown) => void
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('outside of the desk')
  return desk
}
