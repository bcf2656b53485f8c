import { memo, useState } from 'react'
import { Details } from './Details'
import { SourceDialog } from './SourceDialog'
import { TraceDialog } from './TraceDialog'
import { useDesk } from '../app/context'
import { draftFromMailto } from '../compose/letter'
import { MessageBody } from '../message/MessageBody'
import { printMessage } from '../message/print'
import { useFormat } from '../i18n/format'
import { useText } from '../i18n'
import { fullName, shortName } from '../list/people'
import { labelsOf } from '../mail/labels'
import { useObserved } from '../mail/Observable'
import { Avatar } from '../ui/Avatar'
import { Icon } from '../ui/Icon'
import { MenuButton } from '../ui/Menu'
import type { Email } from '../jmap/types'

interface Props {
  email: Email
  isOpen: boolean
  onToggle: () => void
  onKeyDown: (event: KeyboardEvent) => void
}

/** One message of a conversation: a line when it is closed, everything when it is open. */
export const Message = memo(function Message({ email, isOpen, onToggle, onKeyDown }: Props) {
  const t = useText()
  const format = useFormat()
  const sender = email.from?.[0]
  const name = fullName(sender, t('app.nobody'))
  if (!isOpen) {
    return (
      <article className={email.keywords.$seen ? 'message closed' : 'message closed unread'} id={`message-${email.id}`}>
        <button type="button" className="message-line" onClick={onToggle} aria-expanded="false"
          aria-label={t('read.expand', { from: name, date: format.full(email.receivedAt) })}>
          <Avatar who={sender} size={32} />
          <span className="message-from" dir="auto">{name}</span>
          <span className="message-preview" dir="auto">{email.preview}</span>
          {email.hasAttachment && <Icon name="attachment" size={16} />}
          <time dateTime={email.receivedAt}>{format.short(email.receivedAt)}</time>
        </button>
      </article>
    )
  }
  return <OpenMessage email={email} name={name} onToggle={onToggle} onKeyDown={onKeyDown} />
})

function OpenMessage({ email, name, onToggle, onKeyDown }: Omit<Props, 'isOpen'> & { name: string }) {
  const { client, mail, settings, actions, compose, fail } = useDesk()
  const t = useText()
  const format = useFormat()
  useObserved(settings)
  const [showsDetails, setDetails] = useState(false)
  const [dialog, setDialog] = useState<'source' | 'trace' | null>(null)
  const sender = email.from?.[0]
  const isStarred = Boolean(email.keywords.$flagged)
  const isDraft = Boolean(email.keywords.$draft)
  const labels = labelsOf(email, settings.labels)
  const print = () => {
    const images = settings.trustsImages(sender?.email) ? 'allowed' : 'blocked'
    void printMessage(client, email, images, t, format).catch(fail)
  }
  return (
    <article className="message open" id={`message-${email.id}`} aria-label={t('read.message', { from: name })} tabIndex={-1}>
      <header className="message-head">
        <Avatar who={sender} size={40} />
        <div className="message-who">
          <div className="message-sender">
            <button type="button" className="message-name" onClick={onToggle} aria-expanded="true" title={t('read.collapse')} dir="auto">{name}</button>
            {sender?.name?.trim() && <span className="message-address">{sender.email}</span>}
          </div>
          <button type="button" className="message-to" aria-expanded={showsDetails} onClick={() => setDetails(!showsDetails)} title={t('read.details')}>
            <span dir="auto">{recipientSummary(email, (who) => mail.isOwn(who), t)}</span>
            <Icon name={showsDetails ? 'chevronUp' : 'chevronDown'} size={14} />
          </button>
        </div>
        <div className="message-tools">
          <time dateTime={email.receivedAt} title={format.full(email.receivedAt)}>{format.short(email.receivedAt)}</time>
          <button type="button" className={isStarred ? 'star on' : 'star'} aria-pressed={isStarred} onClick={() => void actions.star([email], !isStarred)}
            aria-label={t(isStarred ? 'action.unstar' : 'action.star')} title={t(isStarred ? 'action.unstar' : 'action.star')}>
            <Icon name="star" filled={isStarred} />
          </button>
          {isDraft
            ? <button type="button" className="icon-button" aria-label={t('action.compose')} title={t('action.compose')} onClick={() => compose({ mode: 'edit', email })}><Icon name="compose" /></button>
            : <button type="button" className="icon-button" aria-label={t('action.reply')} title={t('action.reply')} onClick={() => compose({ mode: 'reply', email })}><Icon name="reply" /></button>}
          <MenuButton label={t('read.moreOf', { from: name })} items={[
            { label: t('action.reply'), icon: 'reply', run: () => compose({ mode: 'reply', email }) },
            { label: t('action.replyAll'), icon: 'replyAll', run: () => compose({ mode: 'replyAll', email }) },
            { label: t('action.forward'), icon: 'forward', run: () => compose({ mode: 'forward', email }) },
            { label: t('compose.forwardAttached'), icon: 'attachment', run: () => compose({ mode: 'forwardAttached', email }) },
            'line',
            { label: t(email.keywords.$seen ? 'action.markUnread' : 'action.markRead'), icon: 'mail', run: () => void actions.seen([email], !email.keywords.$seen) },
            { label: t('action.print'), icon: 'print', run: print },
            { label: t('read.trace'), icon: 'route', run: () => setDialog('trace') },
            { label: t('read.source'), icon: 'code', run: () => setDialog('source') },
            'line',
            { label: t('action.delete'), icon: 'trash', danger: true, run: () => void actions.delete([email]) },
          ]}>
            <Icon name="more" />
          </MenuButton>
        </div>
      </header>
      {showsDetails && <Details email={email} />}
      {labels.length > 0 && (
        <p className="message-labels">{labels.map((label) => <span key={label.keyword} className={`chip tint-${label.tint}`}>{label.name}</span>)}</p>
      )}
      {isTruncated(email) && <div className="notice"><p>{t('read.truncated')}</p></div>}
      {mail.isComplete(email.id)
        ? <MessageBody client={client} email={email} onKeyDown={onKeyDown} onMailto={(url) => compose(draftFromMailto(url))} />
        : <div className="message-body"><span className="ghost" /><span className="ghost" /></div>}
      {dialog === 'source' && <SourceDialog email={email} onClose={() => setDialog(null)} />}
      {dialog === 'trace' && <TraceDialog email={email} onClose={() => setDialog(null)} />}
    </article>
  )
}

type T = ReturnType<typeof useText>

function recipientSummary(email: Email, isOwn: (who: { name: string | null; email: string }) => boolean, t: T): string {
  const all = [...(email.to ?? []), ...(email.cc ?? [])]
  if (all.length === 0) return t('read.toNames', { names: t('app.nobody') })
  if (all.length === 1 && all[0] && isOwn(all[0])) return t('read.toMe')
  const names = all.slice(0, 3).map((who) => (isOwn(who) ? t('read.me') : shortName(who))).join(', ')
  return t('read.toNames', { names }) + (all.length > 3 ? ` ${t('read.moreRecipients', { n: all.length - 3 })}` : '')
}

/** Whether there is more of the text than was fetched. */
function isTruncated(email: Email): boolean {
  return [...(email.htmlBody ?? []), ...(email.textBody ?? [])].some((part) => email.bodyValues?.[part.partId ?? '']?.isTruncated)
}
