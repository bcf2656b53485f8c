import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { showUnread, notify } from './arrivals'
import { applyTheme } from './appearance'
import { DeskContext, type Desk } from './context'
import type { Draft } from '../compose/letter'
import { explain } from './errors'
import { Folders } from './Folders'
import { folderName, mailboxAt } from './mailboxes'
import { Header } from './Header'
import { LoginForm } from './Login'
import { Resizer } from './Resizer'
import { go, useRoute } from './route'
import { ToastView, type Toast } from './Toasts'
import { useCommands } from './useCommands'
import { usePlaceList } from './usePlaceList'
import { JMAPClient } from '../jmap/client'
import { useSpeech, useText, type TextKey, type Values } from '../i18n'
import { HelpDialog } from '../keys/HelpDialog'
import { ListPane } from '../list/ListPane'
import { EmptyRow } from '../list/Row'
import { nothingSelected, type Selection } from '../list/Selection'
import { useLostLetters } from '../compose/useLostLetters'
import { Actions } from '../mail/Actions'
import { Mail } from '../mail/Mail'
import { forgetEverything } from '../mail/remembered'
import type { MailList } from '../mail/MailList'
import { useObserved } from '../mail/Observable'
import { Settings } from '../mail/Settings'
import { Conversation } from '../read/Conversation'
import { announce } from '../ui/announce'
import { Confirm, Dialog } from '../ui/Dialog'
import { Icon } from '../ui/Icon'
import { EmptyState } from '../list/EmptyState'
import type { Id } from '../jmap/types'

const Composer = lazy(() => import('../compose/Composer').then((module) => ({ default: module.Composer })))
const SettingsDialog = lazy(() => import('../settings/Settings').then((module) => ({ default: module.Settings })))

interface Asked {
  text: string
  action: string
  answer: (yes: boolean) => void
}

let toastNumber = 0

/** Everything that one sees when logged in. */
export function Shell({ client, onLogout }: { client: JMAPClient; onLogout: () => void }) {
  const { t, setLanguage } = useSpeech()
  const say = useRef(t)
  say.current = t
  const route = useRoute()
  const [toast, setToast] = useState<Toast | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const [drafts, setDrafts] = useState<{ id: number; draft: Draft }[]>([])
  const [dialog, setDialog] = useState<'help' | 'settings' | null>(null)
  const [isOnline, setOnline] = useState(true)
  const [hasEnded, setEnded] = useState(false)
  const [hasFolders, setFolders] = useState(false)
  const [selection, setSelection] = useState<Selection>(nothingSelected)

  const desk = useMemo<Desk>(() => {
    const mail = new Mail(client)
    const settings = new Settings(client)
    const tell: Desk['tell'] = (text, undo = null) => setToast({ id: (toastNumber += 1), text, kind: 'done', undo })
    const fail: Desk['fail'] = (error) => {
      const text = explain(error, say.current)
      if (text) setToast({ id: (toastNumber += 1), text, kind: 'problem', undo: null })
    }
    const confirm = (key: TextKey, values: Values, action: TextKey) =>
      new Promise<boolean>((resolve) => {
        const answer = (yes: boolean) => {
          setAsked(null)
          resolve(yes)
        }
        setAsked({ text: say.current(key, values), action: say.current(action), answer })
      })
    const compose = (draft: Draft) => setDrafts((before) => [...before, { id: (toastNumber += 1), draft }])
    const actions = new Actions(mail, {
      done: ({ key, values, undo }) => {
        const folder = mail.list && typeof values.folder === 'string' ? [...mail.mailboxes.values()].find((one) => one.name === values.folder) : null
        tell(say.current(key, folder ? { ...values, folder: folderName(folder, say.current) } : values), undo)
      },
      failed: fail,
      confirm: (key, values) => confirm(key, values, 'action.deleteForever'),
    })
    return { client, mail, settings, actions, compose, confirm, tell, fail }
  }, [client])
  const { mail, settings } = desk
  useObserved(mail)
  useLostLetters(desk)

  // The account's mail, its settings, and what changes.
  useEffect(() => {
    client.onSessionEnded = () => setEnded(true)
    client.onConnection = (connection) => setOnline(connection === 'online')
    mail.onFailure = desk.fail
    mail.onArrival = (emails) => {
      const from = emails[0]?.from?.[0]
      announce(say.current('app.newMail', { n: emails.length, from: from?.name || from?.email || '' }))
      notify(emails, say.current, (email) => go({ place: { kind: 'role', role: 'inbox' }, open: email.id }))
    }
    mail.open().catch(desk.fail)
    void settings.open().then(() => {
      if (settings.values.language) setLanguage(settings.values.language)
      if (settings.values.theme) applyTheme(settings.values.theme)
    })
    return mail.listen()
  }, [client, mail, settings, desk, setLanguage])

  const { list, title } = usePlaceList(mail, settings, route.place, t)
  const mailbox = mailboxAt(route.place, mail)
  useEffect(() => setSelection(nothingSelected), [list])
  useEffect(() => {
    if (route.open !== null) setSelection((before) => (before.current === route.open ? before : { ...before, current: route.open }))
  }, [route.open])
  const unread = mail.byRole('inbox')?.unreadEmails ?? 0
  useEffect(() => showUnread(unread, title), [unread, title])
  useEffect(() => announce(title), [title])

  const step = useCallback((by: number): Id | null => {
    const order = list?.rows.values() ?? []
    const at = order.indexOf(route.open ?? selection.current ?? '')
    return at < 0 ? null : (order[at + by] ?? null)
  }, [list, route.open, selection])
  const openNext = (by: number) => {
    const next = step(by)
    if (next) go({ ...route, open: next }, 'replace')
  }
  /** After what is open was moved away: the next one, or the list. */
  const onGone = () => {
    if (route.open === null) return
    const next = innerWidth < 760 ? null : (step(1) ?? step(-1))
    go({ ...route, open: next }, 'replace')
  }
  const { onKeyDown } = useCommands({ desk, route, list, selection, setSelection, setDialog, toast, setToast, step, onGone })

  const logout = async () => {
    await client.logout().catch(() => {})
    forgetEverything()
    history.replaceState(null, '', '#/')
    onLogout()
  }
  const relogin = () => {
    setEnded(false)
    void mail.sync()
  }
  const open = route.open
  // Back in the list, the row that was open has the focus.
  const openedBefore = useRef(open)
  useEffect(() => {
    const row = openedBefore.current
    openedBefore.current = open
    if (open === null && row !== null && document.activeElement === document.body) document.getElementById(`row-${row}`)?.focus({ preventScroll: true })
  }, [open])
  const openThread = open === null ? null : (mail.emails.get(open)?.threadId ?? null)
  const closeFolders = useCallback(() => setFolders(false), [])
  const pane = open !== null ? 'message' : 'list'
  return (
    <DeskContext.Provider value={desk}>
      <a className="skip" href="#messages" onClick={(event) => {
        event.preventDefault()
        document.getElementById('messages')?.focus()
      }}>{t('app.skip')}</a>
      <div className={`shell show-${pane}${hasFolders ? ' with-folders' : ''}`}>
        <Header route={route} onMenu={() => setFolders(!hasFolders)} onHelp={() => setDialog('help')} onSettings={() => setDialog('settings')} onLogout={logout} />
        {!isOnline && <div className="connection" role="status"><Icon name="cloudOff" size={18} />{t('app.offline')}</div>}
        <div className="side">
          <button type="button" className="button primary compose" title={`${t('action.compose')} (c)`} onClick={() => desk.compose({ mode: 'new' })}>
            <Icon name="compose" /><span>{t('action.compose')}</span>
          </button>
          <Folders route={route} onGone={closeFolders} />
        </div>
        <div className="side-scrim" onClick={closeFolders} />
        <button type="button" className="phone-compose" aria-label={t('action.compose')} onClick={() => desk.compose({ mode: 'new' })}>
          <Icon name="compose" size={24} />
        </button>
        <main className="panes">
          {list
            ? <ListPane list={list} route={route} mailbox={mailbox} title={title} selection={selection} onSelection={setSelection} openThread={openThread} />
            : <WaitingList isReady={mail.ready} />}
          <Resizer />
          {open !== null && list ? (
            <Conversation emailId={open} grouping={list.query.grouping} onNewer={step(-1) ? () => openNext(-1) : null}
              onOlder={step(1) ? () => openNext(1) : null} onGone={onGone} onKeyDown={onKeyDown} />
          ) : (
            <section className="reading nothing" aria-label={t('app.message')}>
              {list && <NothingOpen list={list} selected={selection.rows.size} />}
            </section>
          )}
        </main>
      </div>
      <Suspense fallback={null}>
        {drafts.map(({ id, draft }) => (
          <Composer key={id} client={client} draft={draft} onClose={() => setDrafts((before) => before.filter((one) => one.id !== id))}
            onSent={() => void mail.sync()} />
        ))}
        {dialog === 'settings' && <SettingsDialog client={client} onClose={() => setDialog(null)} />}
      </Suspense>
      {dialog === 'help' && <HelpDialog onClose={() => setDialog(null)} />}
      {asked && <Confirm text={asked.text} action={asked.action} onAnswer={asked.answer} />}
      {hasEnded && (
        <Dialog title={t('login.again')} size="small" firm onClose={() => {}}>
          <p className="dialog-text">{t('login.againHint')}</p>
          <LoginForm user={client.session.username} onLogin={relogin} />
        </Dialog>
      )}
      <ToastView toast={toast} onClose={() => setToast(null)} />
      <div id="announcer" className="hidden" role="status" aria-live="polite" />
    </DeskContext.Provider>
  )
}

/** Where the conversation will be; nothing beside an empty list, which says itself what there is to do. */
function NothingOpen({ list, selected }: { list: MailList; selected: number }) {
  const t = useText()
  useObserved(list)
  if (!list.rows.total) return null
  return (
    <div className="empty">
      <span className="empty-sign"><Icon name="mailOpen" size={36} /></span>
      <h2>{selected > 0 ? t('empty.selected', { n: selected }) : t('empty.none')}</h2>
      <p>{t('empty.noneHint')}</p>
    </div>
  )
}

/** Where the list will be: until the folders are known, or when the address names one that is not there. */
function WaitingList({ isReady }: { isReady: boolean }) {
  const t = useText()
  return (
    <section className="list-pane" aria-busy={!isReady} aria-label={t('app.list')}>
      {isReady ? <EmptyState role="folder" /> : <><div className="list-bar" />{[0, 1, 2, 3, 4, 5, 6, 7].map((row) => <EmptyRow key={row} position={row} />)}</>}
    </section>
  )
}
