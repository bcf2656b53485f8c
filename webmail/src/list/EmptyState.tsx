import { useText, type TextKey } from '../i18n'
import { Icon, Mark, type IconName } from '../ui/Icon'

const known: Record<string, IconName> = {
  inbox: 'check', drafts: 'draft', sent: 'sent', archive: 'archive', junk: 'junk', trash: 'trash', search: 'search', folder: 'folder',
}

/** What stands where there is nothing to show, and what could be done about it. */
export function EmptyState({ role }: { role: string }) {
  const t = useText()
  const kind = role in known ? role : 'folder'
  return (
    <div className="empty">
      <span className="empty-sign">{kind === 'inbox' ? <Mark size={56} /> : <Icon name={known[kind] as IconName} size={36} />}</span>
      <h2>{t(`empty.${kind}` as TextKey)}</h2>
      <p>{t(`empty.${kind}Hint` as TextKey)}</p>
    </div>
  )
}
