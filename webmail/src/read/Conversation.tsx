import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Message } from './Message'
import { useDesk } from '../app/context'
import { explain } from '../app/errors'
import { leaveConversation } from '../app/route'
import { ActionBar } from '../list/ActionBar'
import { useText } from '../i18n'
import { useObserved } from '../mail/Observable'
import { announce } from '../ui/announce'
import { Icon } from '../ui/Icon'
import { SessionEnded } from '../jmap/client'
import type { Email, Id } from '../jmap/types'

/** More closed messages in a row than this are one line until asked for. */
const foldedMin = 4

interface Props {
  emailId: Id
  grouping: 'conversations' | 'messages'
  onNewer: (() => void) | null
  onOlder: (() => void) | null
  onGone: () => void
  onKeyDown: (event: KeyboardEvent) => void
}

/** A conversation: its newest message and those not read yet are open. */
export function Conversation({ emailId, grouping, onNewer, onOlder, onGone, onKeyDown }: Props) {
  const { mail, actions, compose } = useDesk()
  const t = useText()
  useObserved(mail)
  const [found, setFound] = useState<{ emailId: Id; threadId: Id } | null>(null)
  // What was found for the conversation before says nothing of this one.
  const threadId = found?.emailId === emailId ? found.threadId : (mail.emails.get(emailId)?.threadId ?? null)
  const [problem, setProblem] = useState<string | null>(null)
  const [open, setOpen] = useState<ReadonlySet<Id>>(new Set())
  const [unfolded, setUnfolded] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const settled = useRef<{ id: Id | null; seen: Set<Id> }>({ id: null, seen: new Set() })
  const memberIds = threadId === null ? '' : (mail.threads.get(threadId) ?? []).join(' ')

  const load = useCallback(() => {
    setProblem(null)
    mail.read(emailId).then(
      (thread) => (thread === null ? setProblem(t('error.notFound')) : setFound({ emailId, threadId: thread })),
      (error) => error instanceof SessionEnded || setProblem(explain(error, t) ?? t('error.message')),
    )
  }, [mail, emailId, t])
  // Again when messages come or go.
  useEffect(load, [load, memberIds])

  const members = shownMembers(mail.emails.get(emailId), threadId === null ? [] : mail.conversation(threadId), grouping, (email) => {
    const trash = mail.byRole('trash')?.id ?? ''
    return Boolean(email.mailboxIds[trash]) && Object.keys(email.mailboxIds).length === 1
  })
  const subject = members[0]?.subject?.trim() || (members.length > 0 ? t('app.noSubject') : ' ')
  const isLoaded = members.length > 0 && members.every((email) => mail.isComplete(email.id))

  // What is open at first, and what is read by that.
  useLayoutEffect(() => {
    if (!isLoaded) return
    const isNew = settled.current.id !== emailId
    if (isNew) {
      settled.current = { id: emailId, seen: new Set() }
      setUnfolded(false)
    }
    const unread = members.filter((email) => !email.keywords.$seen && !settled.current.seen.has(email.id))
    const newest = members[members.length - 1]
    const opened = [...unread.map((email) => email.id), ...(isNew && newest ? [newest.id] : [])]
    if (isNew) setOpen(new Set(opened))
    else if (opened.length > 0) setOpen((before) => new Set([...before, ...opened]))
    for (const email of members) settled.current.seen.add(email.id)
    if (unread.length > 0) void actions.seen(unread, true)
    if (isNew) {
      announce(subject)
      // On a phone the list that had the focus is not there.
      if (innerWidth < 760) box.current?.focus({ preventScroll: true })
    }
    if (isNew && box.current) {
      const first = unread[0] ?? newest
      const element = first && members.length > 1 ? document.getElementById(`message-${first.id}`) : null
      box.current.scrollTop = element ? Math.max(0, element.offsetTop - 96) : 0
    }
  })

  const toggle = (id: Id) =>
    setOpen((before) => {
      const after = new Set(before)
      if (!after.delete(id)) after.add(id)
      return after
    })
  const newest = members.filter((email) => !email.keywords.$draft).at(-1)
  const closedBefore = members.findIndex((email) => open.has(email.id))
  const folded = !unfolded && closedBefore >= foldedMin ? closedBefore - 2 : 0
  const shown = folded > 0 ? [members[0] as Email, ...members.slice(folded + 1)] : members
  return (
    <section className="reading" aria-label={t('app.message')}>
      <div className="reading-bar">
        <button type="button" className="icon-button reading-back" aria-label={t('action.back')} title={`${t('action.back')} (u)`} onClick={leaveConversation}>
          <Icon name="arrowLeft" />
        </button>
        <ActionBar rows={[emailId]} onDone={onGone} />
        <span className="spacer" />
        <button type="button" className="icon-button" aria-label={t('action.newer')} title={`${t('action.newer')} (k)`} disabled={!onNewer} onClick={onNewer ?? undefined}>
          <Icon name="chevronUp" />
        </button>
        <button type="button" className="icon-button" aria-label={t('action.older')} title={`${t('action.older')} (j)`} disabled={!onOlder} onClick={onOlder ?? undefined}>
          <Icon name="chevronDown" />
        </button>
      </div>
      <div className="reading-scroll" ref={box} tabIndex={-1}>
        {problem && (
          <div className="notice danger" role="alert">
            <p>{problem}</p>
            <button type="button" className="button" onClick={load}>{t('action.tryAgain')}</button>
          </div>
        )}
        <header className="reading-head">
          <h1 className="reading-subject" dir="auto">{subject}</h1>
          {members.length > 1 && closedCount(members, open) > 0 && (
            <button type="button" className="button quiet" onClick={() => {
              setUnfolded(true)
              setOpen(new Set(members.map((email) => email.id)))
            }}>{t('read.expandAll')}</button>
          )}
        </header>
        {members.length === 0 && !problem && <div className="message open"><span className="ghost" /><span className="ghost" /></div>}
        {shown.map((email, index) => (
          <div key={email.id}>
            <Message email={email} isOpen={open.has(email.id)} onToggle={() => toggle(email.id)} onKeyDown={onKeyDown} />
            {index === 0 && folded > 0 && (
              <button type="button" className="message-fold" onClick={() => setUnfolded(true)}>
                <span>{t('read.more', { n: folded })}</span>
              </button>
            )}
          </div>
        ))}
        {newest && isLoaded && (
          <div className="reading-answer">
            <button type="button" className="button" onClick={() => compose({ mode: 'reply', email: newest })}><Icon name="reply" size={18} />{t('action.reply')}</button>
            {(newest.to?.length ?? 0) + (newest.cc?.length ?? 0) > 1 && (
              <button type="button" className="button" onClick={() => compose({ mode: 'replyAll', email: newest })}><Icon name="replyAll" size={18} />{t('action.replyAll')}</button>
            )}
            <button type="button" className="button" onClick={() => compose({ mode: 'forward', email: newest })}><Icon name="forward" size={18} />{t('action.forward')}</button>
          </div>
        )}
      </div>
    </section>
  )
}

/** What is shown of a conversation: without what is in the trash, unless that is what one looks at. */
function shownMembers(email: Email | undefined, members: Email[], grouping: Props['grouping'], isTrashed: (email: Email) => boolean): Email[] {
  if (grouping === 'messages') return email ? [email] : []
  if (email && isTrashed(email)) return members.filter(isTrashed)
  return members.filter((member) => !isTrashed(member))
}

function closedCount(members: Email[], open: ReadonlySet<Id>): number {
  return members.filter((email) => !open.has(email.id)).length
}
