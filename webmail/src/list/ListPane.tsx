import { useCallback, useEffect, useLayoutEffect, useRef, useState, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react'
import { EmptyRow, Row } from './Row'
import { selected, type Selection } from './Selection'
import { rowWindow, scrollTo } from './window'
import { EmptyState } from './EmptyState'
import { ListBar } from './ListBar'
import { dragType } from '../app/Folders'
import { useDesk } from '../app/context'
import { explain } from '../app/errors'
import { go, type Route } from '../app/route'
import { useText } from '../i18n'
import { useObserved } from '../mail/Observable'
import type { MailList } from '../mail/MailList'
import type { Email, Id, Mailbox } from '../jmap/types'

interface Props {
  list: MailList
  route: Route
  mailbox: Mailbox | null
  title: string
  selection: Selection
  onSelection: (selection: Selection) => void
  openThread: Id | null
}

/** The list of messages: however long, only the rows on the screen are there. */
export function ListPane({ list, route, mailbox, title, selection, onSelection, openThread }: Props) {
  const desk = useDesk()
  const { mail, settings } = desk
  const t = useText()
  useObserved(list)
  useObserved(mail)
  useObserved(settings)
  const scroller = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 600, row: 76 })
  const total = list.rows.total ?? 0
  const shown = rowWindow(view.top, view.height, view.row, list.rows.total ?? 12)

  // What is on the screen, and what of it must be fetched.
  const measure = useCallback(() => {
    const element = scroller.current
    if (!element) return
    const row = Number.parseFloat(getComputedStyle(element).getPropertyValue('--row-height')) || 76
    setView({ top: element.scrollTop, height: element.clientHeight, row })
    const seen = rowWindow(element.scrollTop, element.clientHeight, row, list.rows.total ?? 50, 4)
    list.show(seen.first, Math.max(seen.first, seen.last))
  }, [list])
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = 0
    measure()
    const observer = new ResizeObserver(measure)
    if (scroller.current) observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [measure])
  // New mail above what is being read must not push it down.
  useEffect(() => {
    list.onMoved = (rows) => {
      if (scroller.current && scroller.current.scrollTop > 0) scroller.current.scrollTop += rows * view.row
    }
  }, [list, view.row])

  // The row of the keyboard is seen, and has the focus when the list has.
  const current = selection.current
  useLayoutEffect(() => {
    const element = scroller.current
    const position = current === null ? null : list.rows.positionOf(current)
    if (!element || position === null) return
    const target = scrollTo(position, element.scrollTop, element.clientHeight, view.row)
    if (target !== null) element.scrollTop = target
    if (element.contains(document.activeElement)) document.getElementById(`row-${current}`)?.focus({ preventScroll: true })
  }, [current, list, view.row])

  const onPress = useCallback((email: Email, event: MouseEvent) => {
    const how = event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only'
    if (how === 'range') getSelection()?.removeAllRanges()
    onSelection(selected(selection, email.id, how, list.rows.values()))
    if (how !== 'only') return
    if (email.keywords.$draft && mailbox?.role === 'drafts') desk.compose({ mode: 'edit', email })
    else go({ place: route.place, open: email.id }, route.open === null ? 'push' : 'replace')
  }, [selection, onSelection, list, route, mailbox, desk])
  const onSelect = useCallback((email: Email, event: MouseEvent) => {
    event.stopPropagation()
    onSelection(selected(selection, email.id, event.shiftKey ? 'range' : 'toggle', list.rows.values()))
  }, [selection, onSelection, list])
  const onDrag = useCallback((email: Email, event: DragEvent) => {
    const rows = selection.rows.has(email.id) ? [...selection.rows] : [email.id]
    event.dataTransfer.setData(dragType, JSON.stringify(rows))
    event.dataTransfer.effectAllowed = 'move'
    const image = document.createElement('div')
    image.className = 'drag-image'
    image.textContent = rows.length === 1 ? email.subject || t('app.noSubject') : t('empty.selected', { n: rows.length })
    document.body.append(image)
    event.dataTransfer.setDragImage(image, -12, 12)
    setTimeout(() => image.remove())
  }, [selection, t])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: Math.floor(view.height / view.row), PageUp: -Math.floor(view.height / view.row) }[event.key]
    const order = list.rows.values()
    const at = current === null ? -1 : order.indexOf(current)
    const target = event.key === 'Home' ? 0 : event.key === 'End' ? order.length - 1 : step === undefined ? null : at + step
    if (target !== null) {
      const row = order[Math.max(0, Math.min(order.length - 1, target))]
      event.preventDefault()
      if (!row) return
      if (event.shiftKey && step !== undefined) {
        const anchored = selection.anchor === null ? { ...selection, anchor: current } : selection
        onSelection(selected(anchored, row, 'range', order))
      } else onSelection({ ...selection, current: row, anchor: row })
    } else if (event.key === ' ' && current !== null) {
      event.preventDefault()
      onSelection(selected(selection, current, 'toggle', order))
    }
  }

  const rows = []
  for (let position = shown.first; position <= shown.last; position += 1) {
    const id = list.rows.at(position)
    const email = id === undefined ? undefined : mail.emails.get(id)
    if (!email) {
      rows.push(<EmptyRow key={`at-${position}`} position={position} />)
      continue
    }
    const members = list.query.grouping === 'conversations' ? membersOf(email, mail.conversation(email.threadId)) : [email]
    rows.push(
      <Row key={email.id} email={email} members={sameArray(members)} position={position} snippet={list.snippets.get(email.id)}
        isSelected={selection.rows.has(email.id)} isCurrent={email.id === current || (current === null && position === 0)}
        isOpen={openThread !== null && email.threadId === openThread && (list.query.grouping === 'conversations' || email.id === route.open)}
        showsReceivers={mailbox?.role === 'sent' || mailbox?.role === 'drafts'} labels={settings.labels} onPress={onPress}
        onSelect={onSelect} onDrag={onDrag} />,
    )
  }
  const isEmpty = list.rows.total === 0
  return (
    <section className="list-pane" aria-label={t('app.list')}>
      <ListBar list={list} title={title} mailbox={mailbox} selection={selection} onSelection={onSelection} />
      {list.failure && !isEmpty ? (
        <div className="list-problem" role="alert">
          <p>{t('error.list')} {explain(list.failure, t)}</p>
          <button type="button" className="button" onClick={() => list.retry()}>{t('action.tryAgain')}</button>
        </div>
      ) : null}
      {isEmpty ? (
        <EmptyState role={mailbox?.role ?? (mailbox ? 'folder' : 'search')} />
      ) : (
        <div ref={scroller} className="rows" role="grid" aria-label={title} aria-rowcount={total} aria-multiselectable="true"
          aria-busy={list.rows.total === null} onScroll={measure} onKeyDown={onKeyDown} tabIndex={-1} id="messages">
          <div className="rows-space" style={{ height: (list.rows.total ?? 12) * view.row }} role="presentation">
            <div className="rows-shown" style={{ transform: `translateY(${shown.first * view.row}px)` }} role="rowgroup">{rows}</div>
          </div>
        </div>
      )}
    </section>
  )
}

/** The conversation's messages with what is known best of the row's own. */
function membersOf(email: Email, known: Email[]): Email[] {
  return known.length > 0 ? known : [email]
}

const stable = new Map<string, Email[]>()

/** The same array for the same messages, so that a row that shows them need not be drawn again. */
function sameArray(members: Email[]): Email[] {
  const key = members[0]?.threadId ?? ''
  const before = stable.get(key)
  if (before && before.length === members.length && before.every((email, index) => email === members[index])) return before
  if (stable.size > 2000) stable.clear()
  stable.set(key, members)
  return members
}
