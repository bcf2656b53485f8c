import { useDesk } from '../app/context'
import { folderPath, shownFolders } from '../app/mailboxes'
import { useText } from '../i18n'
import { keywordFor, knownLabels, labelOf, tintOf } from '../mail/labels'
import { useObserved } from '../mail/Observable'
import { Icon } from '../ui/Icon'
import { folded, Picker } from '../ui/Picker'
import type { Email, Id, Mailbox } from '../jmap/types'

/** Picks the folder to move to. */
export function MovePicker({ from, onPick, onClose }: { from: Id | null; onPick: (mailbox: Mailbox) => void; onClose: () => void }) {
  const { mail } = useDesk()
  const t = useText()
  const { special, others } = shownFolders(mail, t)
  const choices = [...special, ...others]
    .filter(({ mailbox }) => mailbox.id !== from && mailbox.myRights.mayAddItems && mailbox.role !== 'drafts')
    .map(({ mailbox, icon }) => ({
      id: mailbox.id,
      text: folderPath(mailbox, mail, t),
      content: <><Icon name={icon} size={18} /><span dir="auto">{folderPath(mailbox, mail, t)}</span></>,
      run: () => {
        onClose()
        onPick(mailbox)
      },
    }))
  return <Picker label={t('move.find')} choices={choices} empty={t('move.none')} onClose={onClose} />
}

/** Sets and takes away labels; a name that is not there yet becomes one. */
export function LabelPicker({ emails: given, onClose }: { emails: Email[]; onClose: () => void }) {
  const { mail, settings, actions } = useDesk()
  const t = useText()
  useObserved(mail)
  const labels = knownLabels(mail, settings.labels)
  const emails = given.flatMap((email) => mail.emails.get(email.id) ?? [])
  const choices = labels.map((label) => {
    const on = emails.some((email) => email.keywords[label.keyword])
    return {
      id: label.keyword,
      text: label.name,
      content: (
        <>
          <span className={`label-dot tint-${label.tint}`} /><span dir="auto">{label.name}</span>
          {on && <span className="picker-tick"><Icon name="check" size={18} /></span>}
        </>
      ),
      run: () => void actions.label(emails, label.keyword, label.name, !on),
    }
  })
  const create = (name: string) => {
    const keyword = keywordFor(name)
    if (!keyword || keyword.startsWith('$') || labels.some((label) => label.keyword === keyword || folded(label.name) === folded(name))) return null
    return {
      id: 'new',
      text: name,
      content: <><Icon name="plus" size={18} /><span>{t('label.create', { label: name })}</span></>,
      run: () => {
        onClose()
        const kept = { ...labelOf(keyword, []), name, tint: tintOf(name) }
        void settings.change({ labels: [...settings.labels.filter((label) => label.keyword !== keyword), kept] }).catch(() => {})
        void actions.label(emails, keyword, name, true)
      },
    }
  }
  return <Picker label={t('label.find')} choices={choices} empty={t('label.none')} more={create} onClose={onClose} />
}
