// A message's text as it is best read, what was kept from loading, and its attachments.

import { useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { Email, EmailBodyPart } from '../jmap/types'
import { useObserved } from '../mail/Observable'
import { Icon } from '../ui/Icon'
import { Attachments } from './Attachments'
import { HTMLFrame } from './HTMLFrame'
import { PlainText } from './PlainText'
import { textFormat } from './textBlocks'

interface Props {
  client: JMAPClient
  email: Email
  onMailto?: (url: string) => void
  onKeyDown?: (event: KeyboardEvent) => void
}

export function MessageBody({ client, email, onMailto, onKeyDown }: Props) {
  const t = useText()
  const { settings } = useDesk()
  useObserved(settings)
  const sender = email.from?.[0]?.email
  const [asked, setAsked] = useState(false)
  const [blocked, setBlocked] = useState(0)
  useEffect(() => {
    setAsked(false)
    setBlocked(0)
  }, [email.id])
  const imagesAllowed = asked || settings.trustsImages(sender)
  const shown = sections(email)
  return (
    <div className="message-body">
      {blocked > 0 && !imagesAllowed && (
        <div className="notice" role="status">
          <Icon name="image" />
          <p>{t('read.imagesBlocked', { n: blocked })}</p>
          <div className="notice-buttons">
            <button type="button" className="button" onClick={() => setAsked(true)}>
              {t('read.allow')}
            </button>
            {sender !== undefined && (
              <button type="button" className="button quiet" onClick={() => void settings.trustImages(sender).catch(() => {})}>
                {t('read.allowSender', { sender })}
              </button>
            )}
          </div>
        </div>
      )}
      {shown.length === 0 && <p className="message-empty">{t('read.empty')}</p>}
      {shown.map((section, index) =>
        section.kind === 'html' ? (
          <HTMLFrame
            key={index}
            client={client}
            email={email}
            parts={section.parts}
            imagesAllowed={imagesAllowed}
            onBlockedImages={setBlocked}
            onMailto={onMailto}
            onKeyDown={onKeyDown}
          />
        ) : (
          <PlainText key={index} text={section.text} format={section.format} onMailto={onMailto} />
        ),
      )}
      <Attachments client={client} email={email} />
    </div>
  )
}

type Section = { kind: 'html'; parts: EmailBodyPart[] } | { kind: 'text'; text: string; format: ReturnType<typeof textFormat> }

/** The parts of `htmlBody`, which is the plain text where there is no HTML (RFC 8621 §4.1.4). */
function sections(email: Email): Section[] {
  const result: Section[] = []
  for (const part of email.htmlBody ?? []) {
    const value = email.bodyValues?.[part.partId ?? '']?.value
    if (value === undefined) continue
    const last = result.at(-1)
    if (part.type !== 'text/html') {
      const contentType = (part as unknown as Record<string, string | null>)['header:Content-Type:asRaw']
      result.push({ kind: 'text', text: value, format: textFormat(contentType) })
    } else if (last?.kind === 'html') last.parts.push(part)
    else result.push({ kind: 'html', parts: [part] })
  }
  return result
}
