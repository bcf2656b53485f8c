import { memo, type DragEvent, type MouseEvent } from 'react'
import { receivers, writers } from './people'
import { pieces } from '../search/highlight'
import { useDesk } from '../app/context'
import { useFormat } from '../i18n/format'
import { useText } from '../i18n'
import { labelsOf, type Label } from '../mail/labels'
import { Icon } from '../ui/Icon'
import { Avatar } from '../ui/Avatar'
import type { Email, SearchSnippet } from '../jmap/types'

/** Labels shown in a row; the others are counted. */
const labelsMax = 2

interface Props {
  email: Email
  /** The conversation's messages that are known, oldest first; the email alone where rows are messages. */
  members: Email[]
  position: number
  snippet: SearchSnippet | undefined
  isSelected: boolean
  isCurrent: boolean
  isOpen: boolean
  /** Whether rows show receivers: what one has sent oneself. */
  showsReceivers: boolean
  labels: readonly Label[]
  onPress: (email: Email, event: MouseEvent) => void
  onSelect: (email: Email, event: MouseEvent) => void
  onDrag: (email: Email, event: DragEvent) => void
}

export const Row = memo(function Row(props: Props) {
  const { email, members, position, snippet, isSelected, isCurrent, isOpen, showsReceivers, labels, onPress, onSelect, onDrag } = props
  const { mail, actions } = useDesk()
  const t = useText()
  const format = useFormat()
  const isUnread = members.some((member) => !member.keywords.$seen)
  const isStarred = members.some((member) => member.keywords.$flagged)
  const hasDraft = members.some((member) => member.keywords.$draft)
  const hasAttachment = members.some((member) => member.hasAttachment)
  const isAnswered = Boolean(email.keywords.$answered)
  const people = showsReceivers
    ? t('list.to', { names: receivers(email, t('app.nobody')) })
    : writers(members, (who) => mail.isOwn(who), t('list.me'), t('app.nobody'))
  const shown = labelsOf(email, labels)
  const subject = email.subject?.trim() || t('app.noSubject')
  const face = showsReceivers ? email.to?.[0] : (members.filter((member) => !mail.isOwn(member.from?.[0])).at(-1) ?? email).from?.[0]
  const className = ['row', isUnread && 'unread', isSelected && 'selected', isCurrent && 'current', isOpen && 'open'].filter(Boolean).join(' ')
  const star = (event: MouseEvent) => {
    event.stopPropagation()
    void actions.star(isStarred ? members.filter((member) => member.keywords.$flagged) : [email], !isStarred)
  }
  return (
    <div id={`row-${email.id}`} className={className} role="row" aria-rowindex={position + 1} aria-selected={isSelected || isOpen}
      tabIndex={isCurrent ? 0 : -1} draggable onDragStart={(event) => onDrag(email, event)} onClick={(event) => onPress(email, event)}>
      <div className="row-mark" role="gridcell">
        <button type="button" className="row-select" tabIndex={-1} role="checkbox" aria-checked={isSelected}
          aria-label={`${t('list.select')}: ${subject}`} onClick={(event) => onSelect(email, event)}>
          <Avatar who={face} />
          <span className="row-check"><Icon name="check" size={18} /></span>
        </button>
      </div>
      <div className="row-text" role="gridcell">
        <div className="row-line">
          {isUnread && <span className="row-dot"><span className="hidden">{t('list.unread')}</span></span>}
          <span className="row-people" dir="auto">{people}</span>
          {members.length > 1 && <span className="row-count" title={t('list.count', { n: members.length })}>{members.length}</span>}
          {hasDraft && !showsReceivers && <span className="row-draft">{t('list.draft')}</span>}
          <time className="row-date" dateTime={email.receivedAt} title={format.full(email.receivedAt)}>{format.short(email.receivedAt)}</time>
        </div>
        <div className="row-line">
          {isAnswered && <Icon name="reply" size={15} />}
          <span className="row-subject" dir="auto">{snippet?.subject ? <Marked snippet={snippet.subject} /> : subject}</span>
          {hasAttachment && <span className="row-flag"><Icon name="attachment" size={15} /><span className="hidden">{t('list.attachment')}</span></span>}
        </div>
        <div className="row-line">
          {shown.slice(0, labelsMax).map((label) => <span key={label.keyword} className={`chip tint-${label.tint}`}>{label.name}</span>)}
          {shown.length > labelsMax && <span className="chip tint-7">+{shown.length - labelsMax}</span>}
          <span className="row-preview" dir="auto">{snippet?.preview ? <Marked snippet={snippet.preview} /> : email.preview}</span>
        </div>
      </div>
      <div className="row-end" role="gridcell">
        <button type="button" className={isStarred ? 'star on' : 'star'} tabIndex={-1} aria-pressed={isStarred} onClick={star}
          aria-label={t(isStarred ? 'action.unstar' : 'action.star')} title={t(isStarred ? 'action.unstar' : 'action.star')}>
          <Icon name="star" size={18} filled={isStarred} />
        </button>
      </div>
    </div>
  )
})

function Marked({ snippet }: { snippet: string }) {
  return <>{pieces(snippet).map((piece, index) => (piece.isFound ? <mark key={index}>{piece.text}</mark> : piece.text))}</>
}

/** A row whose message is not known yet. */
export function EmptyRow({ position }: { position: number }) {
  const width = 35 + ((position * 37) % 40)
  return (
    <div className="row waiting" aria-hidden="true">
      <div className="row-mark"><span className="ghost ghost-face" /></div>
      <div className="row-text">
        <span className="ghost" style={{ width: `${width - 10}%` }} />
        <span className="ghost" style={{ width: `${width + 20}%` }} />
        <span className="ghost" style={{ width: '90%' }} />
      </div>
    </div>
  )
}
