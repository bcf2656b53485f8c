import { ActionBar } from './ActionBar'
import { nothingSelected, type Selection } from './Selection'
import { useText } from '../i18n'
import { Icon } from '../ui/Icon'
import type { MailList } from '../mail/MailList'
import type { Mailbox } from '../jmap/types'

/** Above the list: its name, or what can be done with what is selected. */
export function ListBar({ list, title, mailbox, selection, onSelection }: {
  list: MailList
  title: string
  mailbox: Mailbox | null
  selection: Selection
  onSelection: (selection: Selection) => void
}) {
  const t = useText()
  const count = selection.rows.size
  if (count > 0) {
    return (
      <div className="list-bar selecting">
        <button type="button" className="icon-button" aria-label={t('list.clearSelection')} title={t('list.clearSelection')}
          onClick={() => onSelection({ ...nothingSelected, current: selection.current })}>
          <Icon name="close" />
        </button>
        <span className="list-selected" role="status">{t('list.selected', { n: count })}</span>
        <ActionBar rows={[...selection.rows]} onDone={() => onSelection({ ...nothingSelected, current: null })} />
      </div>
    )
  }
  const total = list.rows.total
  const unread = mailbox && mailbox.role !== 'drafts' && mailbox.unreadEmails > 0 ? t('folder.unread', { n: mailbox.unreadEmails }) : null
  const counted = !total ? ' ' : list.query.grouping === 'conversations' ? t('list.total', { n: total }) : t('folder.total', { n: total })
  return (
    <div className="list-bar">
      <h1 className="list-title" dir="auto">{title}</h1>
      <p className="list-total">{[counted, unread].filter(Boolean).join(' · ')}</p>
      <button type="button" className="icon-button list-all" aria-label={t('list.selectAll')} title={t('list.selectAll')} disabled={!total}
        onClick={() => onSelection({ ...selection, rows: new Set(list.rows.values()) })}>
        <Icon name="check" />
      </button>
    </div>
  )
}
