// Stand-ins for the parts of the page that are made elsewhere.

import type { JMAPClient } from '../jmap/client'
import type { Email } from '../jmap/types'
import type { Draft } from '../app/context'

export function HTMLFrame({ email }: {
  client: JMAPClient
  email: Email
  imagesAllowed: boolean
  onBlockedImages?: (count: number) => void
  onMailto?: (url: string) => void
  onKeyDown?: (event: KeyboardEvent) => void
  label?: string
}) {
  return <pre className="plain-text">{email.preview}</pre>
}

export function PlainText({ text }: { text: string; format: 'fixed' | 'flowed' | 'flowed-delsp'; onMailto?: (url: string) => void }) {
  return <pre className="plain-text">{text}</pre>
}

export function Attachments({ email }: { client: JMAPClient; email: Email }) {
  return <ul>{email.attachments?.map((part) => <li key={part.blobId}>{part.name}</li>)}</ul>
}

export function Composer({ draft, onClose }: { client: JMAPClient; draft: Draft; onClose: () => void; onSent: () => void }) {
  return <div className="dialog">{draft.mode}<button type="button" onClick={onClose}>×</button></div>
}

export function Settings({ onClose }: { client: JMAPClient; onClose: () => void }) {
  return <button type="button" onClick={onClose}>×</button>
}

export function printEmail(_: Email) {
  window.print()
}
