// What the keys do.

import { useCallback, useEffect, useRef } from 'react'
import type { Desk } from './context'
import { go, leaveConversation, type Route } from './route'
import type { Toast } from './Toasts'
import { isForTyping, KeySequence, type Command } from '../keys/shortcuts'
import { selected, type Selection } from '../list/Selection'
import type { MailList } from '../mail/MailList'
import type { Email, Id } from '../jmap/types'

interface Wanted {
  desk: Desk
  route: Route
  list: MailList | null
  selection: Selection
  setSelection: (selection: Selection) => void
  setDialog: (dialog: 'help' | 'settings' | null) => void
  toast: Toast | null
  setToast: (toast: Toast | null) => void
  /** The row that many steps away; null when there is none. */
  step: (by: number) => Id | null
  onGone: () => void
}

export function useCommands(wanted: Wanted): { onKeyDown: (event: KeyboardEvent) => void } {
  const latest = useRef(wanted)
  latest.current = wanted
  const sequence = useRef(new KeySequence())
  const onKeyDown = useCallback((event: KeyboardEvent) => {
    // AltGr, which types # and ! on some keyboards, looks like Control and Alt.
    const isCombined = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph')
    if (event.defaultPrevented || isCombined || isForTyping(event.target)) return
    if (document.querySelector('dialog[open]') || ['Shift', 'Control', 'Alt', 'Meta'].includes(event.key)) return
    // Enter and Space on a button or link are the button's.
    const onControl = (event.target as Element | null)?.closest?.('button, a, summary')
    if (event.key === 'Enter' && onControl) return
    const command = sequence.current.press(event.key, event.timeStamp)
    if (command && run(command, latest.current)) event.preventDefault()
  }, [])
  useEffect(() => {
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [onKeyDown])
  return { onKeyDown }
}

/** Whether there was something to do. */
function run(command: Command, wanted: Wanted): boolean {
  const { desk, route, list, selection, setSelection, setDialog, toast, setToast, step, onGone } = wanted
  const { actions, mail } = desk
  const rows = selection.rows.size > 0 ? [...selection.rows] : route.open !== null ? [route.open] : selection.current !== null ? [selection.current] : []
  const emails = actions.meant(rows)
  const newest = newestOf(rows, desk)
  const place = (role: string) => (mail.byRole(role) ? go({ place: { kind: 'role', role }, open: null }) : undefined)
  /** After rows went elsewhere the keyboard is at the next one. */
  const leave = (work: Promise<unknown>) => {
    const next = step(1) ?? step(-1)
    if (selection.rows.size > 0) setSelection({ rows: new Set(), current: null, anchor: null })
    else if (route.open !== null) onGone()
    else setSelection({ ...selection, current: next, anchor: next })
    void work
  }
  const goTo = (by: number) => {
    const order = list?.rows.values() ?? []
    const next = selection.current === null && route.open === null ? (order[0] ?? null) : step(by)
    if (!next) return
    if (route.open !== null) go({ ...route, open: next }, 'replace')
    setSelection({ ...selection, current: next, anchor: next })
    if (route.open === null) requestAnimationFrame(() => document.getElementById(`row-${next}`)?.focus({ preventScroll: true }))
  }
  const answer = async (mode: 'reply' | 'replyAll' | 'forward') => {
    if (!newest) return
    await mail.read(newest.id)
    desk.compose({ mode, email: mail.emails.get(newest.id) ?? newest })
  }
  switch (command) {
    case 'next': goTo(1); return true
    case 'previous': goTo(-1); return true
    case 'open':
      if (route.open !== null || selection.current === null) return false
      document.getElementById(`row-${selection.current}`)?.click()
      return true
    case 'close':
      if (selection.rows.size > 0) setSelection({ ...selection, rows: new Set() })
      else if (route.open !== null) {
        const current = route.open
        leaveConversation()
        requestAnimationFrame(() => document.getElementById(`row-${current}`)?.focus())
      } else return false
      return true
    case 'nextMessage': return focusMessage(1)
    case 'previousMessage': return focusMessage(-1)
    case 'goInbox': place('inbox'); return true
    case 'goSent': place('sent'); return true
    case 'goDrafts': place('drafts'); return true
    case 'goArchive': place('archive'); return true
    case 'goTrash': place('trash'); return true
    case 'goStarred': go({ place: { kind: 'search', text: 'is:starred' }, open: null }); return true
    case 'search': document.getElementById('search')?.focus(); return true
    case 'compose': desk.compose({ mode: 'new' }); return true
    case 'reply': case 'replyAll': case 'forward': answer(command).catch(desk.fail); return true
    case 'archive': if (emails.length > 0) leave(actions.archive(emails)); return true
    case 'delete': if (emails.length > 0) void actions.delete(emails).then((done) => done && leave(Promise.resolve())); return true
    case 'junk': if (emails.length > 0) leave(actions.junk(emails)); return true
    case 'star': {
      const starred = emails.filter((email) => email.keywords.$flagged)
      void actions.star(starred.length > 0 ? starred : emails.slice(-1), starred.length === 0)
      return true
    }
    case 'markUnread': {
      const isUnread = emails.some((email) => !email.keywords.$seen)
      void actions.seen(emails, isUnread)
      if (route.open !== null && !isUnread) leaveConversation()
      return true
    }
    case 'move': case 'label': {
      const bar = selection.rows.size > 0 ? '.list-bar' : '.reading-bar'
      const button = document.querySelector<HTMLElement>(`${bar} [data-command="${command}"]`)
      if (button) button.click()
      // Without a bar on the screen the row becomes a selection, which has one.
      else if (selection.current !== null) {
        setSelection({ ...selection, rows: new Set([selection.current]) })
        requestAnimationFrame(() => document.querySelector<HTMLElement>(`.list-bar [data-command="${command}"]`)?.click())
      }
      return true
    }
    case 'select': {
      const row = selection.current ?? route.open
      if (row !== null) setSelection(selected(selection, row, 'toggle', list?.rows.values() ?? []))
      return true
    }
    case 'selectAll': setSelection({ ...selection, rows: new Set(list?.rows.values() ?? []) }); return true
    case 'undo':
      if (!toast?.undo) return false
      void toast.undo()
      setToast(null)
      return true
    case 'print': window.print(); return true
    case 'help': setDialog('help'); return true
  }
}

function newestOf(rows: Id[], { mail }: Desk): Email | null {
  const email = rows[0] === undefined ? undefined : mail.emails.get(rows[0])
  if (!email) return null
  return mail.conversation(email.threadId).filter((one) => !one.keywords.$draft).at(-1) ?? email
}

/** Moves the focus from message to message; opens what it comes to. */
function focusMessage(by: number): boolean {
  const messages = [...document.querySelectorAll<HTMLElement>('.reading .message')]
  if (messages.length === 0) return false
  const at = messages.findIndex((message) => message.contains(document.activeElement))
  const next = messages[at < 0 ? (by > 0 ? 0 : messages.length - 1) : at + by]
  if (!next) return true
  next.querySelector<HTMLElement>('.message-line')?.click()
  requestAnimationFrame(() => {
    const opened = document.getElementById(next.id)
    opened?.focus({ preventScroll: true })
    opened?.scrollIntoView({ block: 'start', behavior: 'smooth' })
  })
  return true
}
