// A message inside a message (message/rfc822), read by Email/parse (RFC 8621 §4.9).

import { useEffect, useState } from 'react'
import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Email, Id } from '../jmap/types'
import { bodyProperties } from './bodyProperties'
import { MessageBody } from './MessageBody'
import { people } from './people'

export function EmbeddedMessage({ client, blobId }: { client: JMAPClient; blobId: Id }) {
  const t = useText()
  const format = useFormat()
  const [email, setEmail] = useState<Email | 'failed'>()
  useEffect(() => {
    let ended = false
    const { properties, ...rest } = bodyProperties
    const inside = properties.filter((name) => !/^(id|threadId|mailboxIds|keywords|receivedAt)$/.test(name))
    client
      .request<{ parsed: Record<Id, Email> | null }>('Email/parse', { blobIds: [blobId], properties: inside, ...rest })
      .then(({ parsed }) => ended || setEmail(parsed?.[blobId] ?? 'failed'))
      .catch(() => ended || setEmail('failed'))
    return () => {
      ended = true
    }
  }, [client, blobId])
  if (email === undefined) return <p role="status">{t('app.loading')}</p>
  if (email === 'failed') return <p role="alert">{t('viewer.failed')}</p>
  return (
    <article className="embedded-message">
      <h3 dir="auto">{email.subject || t('viewer.noSubject')}</h3>
      <dl>
        <Line name={t('compose.from')} value={people(email.from)} />
        <Line name={t('compose.to')} value={people(email.to)} />
        <Line name={t('compose.cc')} value={people(email.cc)} />
        <Line name={t('viewer.date')} value={email.sentAt ? format.full(email.sentAt) : ''} />
      </dl>
      <MessageBody client={client} email={email} />
    </article>
  )
}

function Line({ name, value }: { name: string; value: string }) {
  if (value === '') return null
  return (
    <>
      <dt>{name}</dt>
      <dd dir="auto">{value}</dd>
    </>
  )
}
