import { useState } from 'react'
import { useDesk } from '../app/context'
import { useFormat } from '../i18n/format'
import { useText, type TextKey } from '../i18n'
import type { Email, EmailAddress } from '../jmap/types'

/** Recipients shown before one asks for all. */
const shownMax = 12

/** Who wrote to whom, when, and what else the header says. */
export function Details({ email }: { email: Email }) {
  const t = useText()
  const format = useFormat()
  return (
    <dl className="details">
      <People label="read.from" people={email.from} />
      <People label="read.replyTo" people={email.replyTo} />
      <People label="read.to" people={email.to} />
      <People label="read.cc" people={email.cc} />
      <People label="read.bcc" people={email.bcc} />
      <dt>{t('read.date')}</dt>
      <dd>{format.full(email.sentAt ?? email.receivedAt)}</dd>
      <dt>{t('read.size')}</dt>
      <dd>{format.size(email.size)}</dd>
      {email.messageId?.[0] && (
        <>
          <dt>{t('read.messageId')}</dt>
          <dd className="mono">&lt;{email.messageId[0]}&gt;</dd>
        </>
      )}
    </dl>
  )
}

function People({ label, people }: { label: TextKey; people: EmailAddress[] | null | undefined }) {
  const { compose } = useDesk()
  const t = useText()
  const [all, setAll] = useState(false)
  if (!people?.length) return null
  const shown = all ? people : people.slice(0, shownMax)
  return (
    <>
      <dt>{t(label)}</dt>
      <dd className="people">
        {shown.map((who, index) => (
          <button key={index} type="button" className="person" title={t('action.compose')} onClick={() => compose({ mode: 'new', to: [who] })}>
            {who.name?.trim() && <bdi>{who.name}</bdi>} <bdi className="person-address">{who.email}</bdi>
          </button>
        ))}
        {shown.length < people.length && (
          <button type="button" className="person more" onClick={() => setAll(true)}>{t('read.moreRecipients', { n: people.length - shown.length })}</button>
        )}
      </dd>
    </>
  )
}
