import { lazy, memo, Suspense, useState, type DragEvent } from 'react'
import { useDesk } from './context'
import { Glyph } from '../compose/Glyph'
import { mailboxAt, placeOf, shownFolders, type ShownFolder } from './mailboxes'
import { address, go, type Route } from './route'
import { useObserved } from '../mail/Observable'
import { knownLabels, keywordFor } from '../mail/labels'
import { useFormat } from '../i18n/format'
import { useText } from '../i18n'
import { Icon } from '../ui/Icon'
import { MenuButton, type MenuItem } from '../ui/Menu'
import { Prompt } from '../ui/Dialog'
import type { Id, Mailbox } from '../jmap/types'

const Scheduled = lazy(() => import('../compose/Scheduled').then((module) => ({ default: module.Scheduled })))

/** What a dragged selection is called: only our own lists know it. */
export const dragType = 'application/x-paloma-rows'

type Asking = { kind: 'create'; parent: Mailbox | null } | { kind: 'rename'; mailbox: Mailbox }

/** The folders and labels. */
export const Folders = memo(function Folders({ route, onGone }: { route: Route; onGone: () => void }) {
  const desk = useDesk()
  const { mail, settings } = desk
  const t = useText()
  useObserved(mail)
  useObserved(settings)
  const [asking, setAsking] = useState<Asking | null>(null)
  const [showsScheduled, setScheduled] = useState(false)
  const { special, others } = shownFolders(mail, t)
  const here = mailboxAt(route.place, mail)
  const labels = knownLabels(mail, settings.labels)
  const isStarred = route.place.kind === 'search' && route.place.text === 'is:starred'

  const answer = async (name: string | null) => {
    const question = asking
    setAsking(null)
    if (name === null || !question) return
    try {
      if (question.kind === 'rename') await mail.setMailbox({ update: { [question.mailbox.id]: { name } } })
      else {
        const id = await mail.setMailbox({ create: { name, parentId: question.parent?.id ?? null } })
        if (id) go({ place: { kind: 'folder', id }, open: null })
      }
    } catch (error) {
      desk.fail(error)
    }
  }
  const row = (folder: ShownFolder) => (
    <FolderRow key={folder.mailbox.id} folder={folder} isHere={here?.id === folder.mailbox.id} onGone={onGone} onAsk={setAsking} />
  )
  return (
    <nav className="folders" aria-label={t('app.folders')}>
      <ul>
        {special.slice(0, 1).map(row)}
        <li className="folder">
          <a className="folder-link" href="#/search/is%3Astarred" aria-current={isStarred ? 'page' : undefined} onClick={onGone}>
            <Icon name="star" /><span className="folder-name">{t('folder.starred')}</span>
          </a>
        </li>
        {special.slice(1).map(row)}
        <li className="folder">
          <button type="button" className="folder-link" onClick={() => setScheduled(true)}>
            <Glyph name="clock" /><span className="folder-name">{t('compose.scheduledShort')}</span>
          </button>
        </li>
      </ul>
      <div className="folders-head">
        <h2>{t('folder.others')}</h2>
        <button type="button" className="icon-button small" aria-label={t('folder.new')} title={t('folder.new')}
          onClick={() => setAsking({ kind: 'create', parent: null })}>
          <Icon name="plus" size={18} />
        </button>
      </div>
      {others.length > 0 && <ul>{others.map(row)}</ul>}
      {labels.length > 0 && (
        <>
          <div className="folders-head"><h2>{t('folder.labels')}</h2></div>
          <ul>
            {labels.map((label) => {
              const text = `label:${/\s/.test(label.name) ? `"${label.name}"` : label.name}`
              const isHere = route.place.kind === 'search' && keywordFor(route.place.text.replace(/^label:/, '').replace(/"/g, '')) === label.keyword
              return (
                <li key={label.keyword} className="folder">
                  <a className="folder-link" href={address({ place: { kind: 'search', text }, open: null })} onClick={onGone}
                    aria-current={isHere ? 'page' : undefined}>
                    <span className={`label-dot tint-${label.tint}`} /><span className="folder-name">{label.name}</span>
                  </a>
                </li>
              )
            })}
          </ul>
        </>
      )}
      {showsScheduled && (
        <Suspense fallback={null}>
          <Scheduled client={desk.client} onClose={() => setScheduled(false)} />
        </Suspense>
      )}
      {asking?.kind === 'create' && (
        <Prompt title={asking.parent ? t('folder.newIn', { folder: asking.parent.name }) : t('folder.new')} label={t('folder.name')}
          action={t('action.create')} onAnswer={answer} />
      )}
      {asking?.kind === 'rename' && (
        <Prompt title={t('folder.renameTitle', { folder: asking.mailbox.name })} label={t('folder.name')} value={asking.mailbox.name}
          action={t('action.rename')} onAnswer={answer} />
      )}
    </nav>
  )
})

function FolderRow({ folder, isHere, onGone, onAsk }: {
  folder: ShownFolder
  isHere: boolean
  onGone: () => void
  onAsk: (asking: Asking) => void
}) {
  const { mail, actions, confirm, fail, tell } = useDesk()
  const t = useText()
  const format = useFormat()
  const [isOver, setOver] = useState(false)
  const { mailbox, name } = folder
  const isDrafts = mailbox.role === 'drafts'
  const count = isDrafts ? mailbox.totalEmails : mailbox.unreadEmails

  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const rows = JSON.parse(event.dataTransfer.getData(dragType) || '[]') as Id[]
    void actions.moveTo(actions.meant(rows), mailbox)
  }
  const remove = async () => {
    if (!(await confirm('confirm.deleteFolder', { folder: name }, 'action.deleteForever'))) return
    try {
      if (isHere) go({ place: { kind: 'role', role: 'inbox' }, open: null })
      await mail.setMailbox({ destroy: [mailbox.id] })
    } catch (error) {
      fail(error)
    }
  }
  const empty = async () => {
    if (!(await confirm('confirm.emptyFolder', { folder: name }, 'action.deleteForever'))) return
    try {
      await mail.empty(mailbox.id)
      tell(t('done.emptied', { folder: name }))
    } catch (error) {
      fail(error)
    }
  }
  const items: (MenuItem | 'line')[] = []
  if (mailbox.myRights.mayCreateChild) {
    items.push({ label: t('folder.newInside'), icon: 'plus', run: () => onAsk({ kind: 'create', parent: mailbox }) })
  }
  if (mailbox.role === null && mailbox.myRights.mayRename) {
    items.push({ label: t('folder.rename'), icon: 'compose', run: () => onAsk({ kind: 'rename', mailbox }) })
  }
  if (mailbox.role === 'trash' || mailbox.role === 'junk') items.push({ label: t('folder.empty'), icon: 'trash', danger: true, run: empty })
  if (mailbox.role === null && mailbox.myRights.mayDelete) items.push({ label: t('folder.delete'), icon: 'trash', danger: true, run: remove })

  return (
    <li className={isOver ? 'folder over' : 'folder'}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(dragType) || !mailbox.myRights.mayAddItems) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)} onDrop={drop}>
      <a className={count > 0 && !isDrafts ? 'folder-link has-unread' : 'folder-link'} href={address({ place: placeOf(mailbox), open: null })}
        aria-current={isHere ? 'page' : undefined} style={{ paddingInlineStart: 12 + folder.depth * 18 }} onClick={onGone}
        title={t('folder.total', { n: mailbox.totalEmails })} draggable={false}>
        <Icon name={folder.icon} />
        <span className="folder-name" dir="auto">{name}</span>
        {count > 0 && (
          <span className="folder-count">
            <span aria-hidden="true">{format.number(count)}</span>
            <span className="hidden">{isDrafts ? t('folder.total', { n: count }) : t('folder.unread', { n: count })}</span>
          </span>
        )}
      </a>
      {items.length > 0 && (
        <MenuButton label={t('folder.options', { folder: name })} items={items} className="icon-button small folder-menu">
          <Icon name="more" size={18} />
        </MenuButton>
      )}
    </li>
  )
}
