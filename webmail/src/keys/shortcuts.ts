// The keyboard's commands: one table, which the keys and the list of shortcuts are made from.

import type { TextKey } from '../i18n'

export type Command =
  | 'next' | 'previous' | 'open' | 'close' | 'nextMessage' | 'previousMessage' | 'goInbox' | 'goStarred' | 'goSent' | 'goDrafts'
  | 'goArchive' | 'goTrash' | 'search' | 'compose' | 'reply' | 'replyAll' | 'forward' | 'archive' | 'delete' | 'junk' | 'star'
  | 'markUnread' | 'move' | 'label' | 'select' | 'selectAll' | 'undo' | 'print' | 'help'

export interface Shortcut {
  command: Command
  /** Each of these; keys of a sequence stand apart. */
  keys: string[]
  text: TextKey
  group: 'moving' | 'actions'
}

export const shortcuts: Shortcut[] = [
  { command: 'next', keys: ['j'], text: 'keys.next', group: 'moving' },
  { command: 'previous', keys: ['k'], text: 'keys.previous', group: 'moving' },
  { command: 'open', keys: ['o', 'Enter'], text: 'keys.open', group: 'moving' },
  { command: 'close', keys: ['u', 'Escape'], text: 'keys.close', group: 'moving' },
  { command: 'nextMessage', keys: ['n'], text: 'keys.nextMessage', group: 'moving' },
  { command: 'previousMessage', keys: ['p'], text: 'keys.previousMessage', group: 'moving' },
  { command: 'search', keys: ['/'], text: 'keys.search', group: 'moving' },
  { command: 'goInbox', keys: ['g i'], text: 'keys.goInbox', group: 'moving' },
  { command: 'goStarred', keys: ['g s'], text: 'keys.goStarred', group: 'moving' },
  { command: 'goSent', keys: ['g t'], text: 'keys.goSent', group: 'moving' },
  { command: 'goDrafts', keys: ['g d'], text: 'keys.goDrafts', group: 'moving' },
  { command: 'goArchive', keys: ['g a'], text: 'keys.goArchive', group: 'moving' },
  { command: 'goTrash', keys: ['g #'], text: 'keys.goTrash', group: 'moving' },
  { command: 'help', keys: ['?'], text: 'keys.help', group: 'moving' },
  { command: 'compose', keys: ['c'], text: 'keys.compose', group: 'actions' },
  { command: 'reply', keys: ['r'], text: 'keys.reply', group: 'actions' },
  { command: 'replyAll', keys: ['a'], text: 'keys.replyAll', group: 'actions' },
  { command: 'forward', keys: ['f'], text: 'keys.forward', group: 'actions' },
  { command: 'archive', keys: ['e'], text: 'keys.archive', group: 'actions' },
  { command: 'delete', keys: ['#', 'Delete'], text: 'keys.delete', group: 'actions' },
  { command: 'junk', keys: ['!'], text: 'keys.junk', group: 'actions' },
  { command: 'star', keys: ['s'], text: 'keys.star', group: 'actions' },
  { command: 'markUnread', keys: ['m'], text: 'keys.markUnread', group: 'actions' },
  { command: 'move', keys: ['v'], text: 'keys.move', group: 'actions' },
  { command: 'label', keys: ['l'], text: 'keys.label', group: 'actions' },
  { command: 'select', keys: ['x'], text: 'keys.select', group: 'actions' },
  { command: 'selectAll', keys: ['* a'], text: 'keys.selectAll', group: 'actions' },
  { command: 'undo', keys: ['z'], text: 'keys.undo', group: 'actions' },
  { command: 'print', keys: ['P'], text: 'keys.print', group: 'actions' },
]

/** A sequence that is not ended in this time is forgotten. */
const sequenceMilliseconds = 1200

/** What a pressed key means, after those before it. */
export class KeySequence {
  private begun = ''
  private at = 0

  press(key: string, now: number): Command | null {
    const typed = this.begun !== '' && now - this.at < sequenceMilliseconds ? `${this.begun} ${key}` : key
    this.begun = ''
    const found = shortcuts.find((shortcut) => shortcut.keys.includes(typed))
    if (found) return found.command
    if (shortcuts.some((shortcut) => shortcut.keys.some((keys) => keys.startsWith(`${typed} `)))) {
      this.begun = typed
      this.at = now
      return null
    }
    return typed === key ? null : this.press(key, now)
  }
}

/** Whether a key belongs to what has the focus: text is being written there. */
export function isForTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || ['TEXTAREA', 'SELECT'].includes(target.tagName)) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
}
