// Looks at an attachment without leaving the page: pictures, PDF, text and messages inside messages.

import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { EmailBodyPart } from '../jmap/types'
import { fileName, preview } from './files'
import { download } from './inlineImages'

const EmbeddedMessage = lazy(() => import('./EmbeddedMessage').then(({ EmbeddedMessage }) => ({ default: EmbeddedMessage })))

interface Props {
  client: JMAPClient
  parts: EmailBodyPart[]
  index: number
  onIndex: (index: number) => void
  onClose: () => void
}

export function Viewer({ client, parts, index, onIndex, onClose }: Props) {
  const t = useText()
  const dialog = useRef<HTMLDialogElement>(null)
  const part = parts[index] as EmailBodyPart
  const name = fileName(part, t('attachment.unnamed'))

  useEffect(() => {
    dialog.current?.showModal()
  }, [])

  const step = (by: number) => {
    const next = parts.findIndex((other, at) => (by > 0 ? at >= index + 1 : false) && preview(other) !== undefined)
    const before = parts.slice(0, index).map((other, at) => (preview(other) === undefined ? -1 : at))
    const target = by > 0 ? next : Math.max(-1, ...before)
    if (target >= 0) onIndex(target)
  }

  return (
    <dialog
      ref={dialog}
      className="viewer"
      aria-label={name}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') step(1)
        else if (event.key === 'ArrowLeft') step(-1)
        else if (event.key !== 'Escape' && event.key !== 'Tab') return
        event.stopPropagation()
      }}
    >
      <header className="viewer-head">
        <h2 dir="auto">{name}</h2>
        <a className="viewer-button" href={client.downloadURL(part.blobId ?? '', name, part.type)} download={name}>
          {t('action.save')}
        </a>
        <button type="button" className="viewer-button" onClick={() => dialog.current?.close()}>
          {t('action.close')}
        </button>
      </header>
      <div className="viewer-body">
        <Content key={part.blobId} client={client} part={part} name={name} />
      </div>
    </dialog>
  )
}

function Content({ client, part, name }: { client: JMAPClient; part: EmailBodyPart; name: string }) {
  const t = useText()
  switch (preview(part)) {
    case 'message':
      return (
        <Suspense fallback={<p>{t('app.loading')}</p>}>
          <EmbeddedMessage client={client} blobId={part.blobId ?? ''} />
        </Suspense>
      )
    case undefined:
      return <p>{t('viewer.none')}</p>
    default:
      return <BlobContent client={client} part={part} name={name} />
  }
}

type Loaded = { kind: 'url'; url: string } | { kind: 'text'; text: string } | { kind: 'failed' }

function BlobContent({ client, part, name }: { client: JMAPClient; part: EmailBodyPart; name: string }) {
  const t = useText()
  const [loaded, setLoaded] = useState<Loaded>()
  const kind = preview(part)

  useEffect(() => {
    const ending = new AbortController()
    let url: string | undefined
    download(client, part.blobId ?? '', part, ending.signal)
      .then(async (blob) => {
        if (kind === 'text') return setLoaded({ kind: 'text', text: decode(await blob.arrayBuffer(), part.charset) })
        if (ending.signal.aborted) return
        url = URL.createObjectURL(blob)
        setLoaded({ kind: 'url', url })
      })
      .catch(() => ending.signal.aborted || setLoaded({ kind: 'failed' }))
    return () => {
      ending.abort()
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [client, part, kind])

  if (loaded === undefined) return <p role="status">{t('app.loading')}</p>
  if (loaded.kind === 'failed') return <p role="alert">{t('viewer.failed')}</p>
  if (loaded.kind === 'text') {
    return (
      <pre className="viewer-text" dir="auto" tabIndex={0}>
        {loaded.text}
      </pre>
    )
  }
  if (kind === 'image') return <img className="viewer-image" src={loaded.url} alt={name} />
  // The browser's own viewer: browsers refuse it in a sandbox. The type is ours, so nothing but a PDF is ever shown.
  return <iframe className="viewer-pdf" src={loaded.url} title={name} />
}

function decode(octets: ArrayBuffer, charset: string | null): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(octets)
  } catch {
    return new TextDecoder().decode(octets)
  }
}
