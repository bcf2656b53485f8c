import { useRef, useState } from 'react'
import { LabelPicker, MovePicker } from './pickers'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import { useObserved } from '../mail/Observable'
import { Icon, type IconName } from '../ui/Icon'
import { MenuButton } from '../ui/Menu'
import { Popup } from '../ui/Menu'
import type { Id } from '../jmap/types'

/** The buttons of what can be done with rows of the list. `onDone` is told when they are elsewhere. */
export function ActionBar({ rows, onDone }: { rows: Id[]; onDone: () => void }) {
  const { mail, actions } = useDesk()
  const t = useText()
  useObserved(mail)
  const [picking, setPicking] = useState<'move' | 'label' | null>(null)
  const moveButton = useRef<HTMLButtonElement>(null)
  const labelButton = useRef<HTMLButtonElement>(null)
  const emails = actions.meant(rows)
  const isUnread = emails.some((email) => !email.keywords.$seen)
  const isStarred = emails.some((email) => email.keywords.$flagged)
  const here = mail.list?.query.mailboxId ?? null
  const role = here === null ? null : (mail.mailboxes.get(here)?.role ?? null)

  const leave = (work: Promise<unknown>) => {
    onDone()
    void work
  }
  const remove = async () => {
    if (await actions.delete(emails)) onDone()
  }
  const button = (icon: IconName, label: string, key: string, run: () => void, more = '') => (
    <button type="button" className={`icon-button ${more}`} aria-label={label} title={`${label} (${key})`} onClick={run}><Icon name={icon} /></button>
  )
  return (
    <div className="actions" role="toolbar" aria-label={t('keys.actions')}>
      {role !== 'archive' && button('archive', t('action.archive'), 'e', () => leave(actions.archive(emails)))}
      {button('trash', t(role === 'trash' ? 'action.deleteForever' : 'action.delete'), '#', remove)}
      {role === 'junk'
        ? button('inbox', t('action.notJunk'), '!', () => leave(actions.notJunk(emails)))
        : button('junk', t('action.junk'), '!', () => leave(actions.junk(emails)), 'wide-only')}
      {button(isUnread ? 'mailOpen' : 'mail', t(isUnread ? 'action.markRead' : 'action.markUnread'), 'm', () => void actions.seen(emails, isUnread))}
      <button ref={moveButton} type="button" className="icon-button" data-command="move" aria-label={t('action.move')} aria-haspopup="dialog"
        title={`${t('action.move')} (v)`} onClick={() => setPicking('move')}><Icon name="folderMove" /></button>
      <button ref={labelButton} type="button" className="icon-button wide-only" data-command="label" aria-label={t('action.label')}
        aria-haspopup="dialog" title={`${t('action.label')} (l)`} onClick={() => setPicking('label')}><Icon name="label" /></button>
      <MenuButton label={t('action.more')} items={[
        { label: t(isStarred ? 'action.unstar' : 'action.star'), icon: 'star', shortcut: 's', run: () => void actions.star(emails, !isStarred) },
        { label: t('action.label'), icon: 'label', shortcut: 'l', run: () => setPicking('label') },
        { label: t('action.junk'), icon: 'junk', shortcut: '!', run: () => leave(actions.junk(emails)) },
      ]}>
        <Icon name="more" />
      </MenuButton>
      {picking === 'move' && (
        <Popup anchor={moveButton.current} onClose={() => setPicking(null)}>
          <MovePicker onClose={() => setPicking(null)} onPick={(mailbox) => leave(actions.moveTo(emails, mailbox))} from={here} />
        </Popup>
      )}
      {picking === 'label' && (
        <Popup anchor={labelButton.current?.offsetParent ? labelButton.current : moveButton.current} onClose={() => setPicking(null)}>
          <LabelPicker emails={emails} onClose={() => setPicking(null)} />
        </Popup>
      )}
    </div>
  )
}
