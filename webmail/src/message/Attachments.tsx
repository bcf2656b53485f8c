// The attachments of a message: what they are, how large, to look at and to save.

import { useState } from 'react'
import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Email, EmailBodyPart } from '../jmap/types'
import { archiveURL, fileKind, fileName, listedAttachments, preview } from './files'
import { FileIcon } from './FileIcon'
import { Viewer } from './Viewer'

export function Attachments({ client, email }: { client: JMAPClient; email: Email }) {
  const t = useText()
  const format = useFormat()
  const [viewed, setViewed] = useState<number>()
  const parts = listedAttachments(email)
  if (parts.length === 0) return null
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  return (
    <section className="attachments" aria-label={t('attachment.title', { n: parts.length })}>
      <header className="attachments-head">
        <h3>
          {t('attachment.title', { n: parts.length })} <small>{format.size(size)}</small>
        </h3>
        {parts.length > 1 && (
          <a className="attachments-all" href={archiveURL(client, email)} download="all.zip">
            {t('attachment.saveAll')}
          </a>
        )}
      </header>
      <ul className="attachment-list">
        {parts.map((part, index) => (
          <AttachmentItem key={part.blobId} client={client} part={part} onView={() => setViewed(index)} />
        ))}
      </ul>
      {viewed !== undefined && (
        <Viewer client={client} parts={parts} index={viewed} onIndex={setViewed} onClose={() => setViewed(undefined)} />
      )}
    </section>
  )
}

function AttachmentItem({ client, part, onView }: { client: JMAPClient; part: EmailBodyPart; onView: () => void }) {
  const t = useText()
  const format = useFormat()
  const name = fileName(part, t('attachment.unnamed'))
  const url = client.downloadURL(part.blobId ?? '', name, part.type)
  const canView = preview(part) !== undefined
  const body = (
    <>
      <FileIcon kind={fileKind(part.type)} />
      <span className="attachment-text">
        <span className="attachment-name" dir="auto" title={name}>
          {name}
        </span>
        <span className="attachment-size">{format.size(part.size)}</span>
      </span>
    </>
  )
  return (
    <li className="attachment">
      {canView ? (
        <button type="button" className="attachment-open" onClick={onView} aria-label={t('attachment.view', { name })}>
          {body}
        </button>
      ) : (
        <a className="attachment-open" href={url} download={name}>
          {body}
        </a>
      )}
      {canView && (
        <a className="attachment-save" href={url} download={name} aria-label={t('attachment.save', { name })} title={t('action.save')}>
          <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
            <path d="M12 4v10m0 0l-4-4m4 4l4-4M5 19h14" className="file-icon-line" />
          </svg>
        </a>
      )}
    </li>
  )
}
