// Prints one message: its head, its text and the names of its attachments, in a frame that is gone afterwards.

import type { Text } from '../i18n'
import type { Format } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Email } from '../jmap/types'
import { fileName, listedAttachments } from './files'
import { loadInlineImages } from './inlineImages'
import { people } from './people'
import { openRealm } from './realm'
import { sanitize } from './sanitize/sanitize'

const printStyle = `
  body { font: 11pt/1.5 system-ui, sans-serif; color: #000; margin: 0; }
  header { border-bottom: 1px solid #999; margin-bottom: 1em; padding-bottom: 0.5em; }
  h1 { font-size: 15pt; margin: 0 0 0.4em; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1em 1em; margin: 0; font-size: 10pt; }
  dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
  img { max-width: 100%; height: auto; } img.paloma-blocked { display: none; }
  pre { white-space: pre-wrap; font: inherit; }
  footer { border-top: 1px solid #999; margin-top: 1em; padding-top: 0.5em; font-size: 10pt; }
  @page { margin: 18mm; }
`

/** Opens the browser's print dialog for `email`, whose bodies have been fetched. */
export async function printMessage(client: JMAPClient, email: Email, images: 'blocked' | 'allowed', t: Text, format: Format): Promise<void> {
  const { window: realm, close } = await openRealm(images === 'allowed' ? 'print-images' : 'print')
  const page = realm.document
  page.title = email.subject ?? ''
  page.head.append(Object.assign(page.createElement('style'), { textContent: printStyle }))
  page.body.append(head(page, email, t, format), await body(client, email, images, realm, t))
  const names = listedAttachments(email).map((part) => fileName(part, t('attachment.unnamed')))
  if (names.length > 0) {
    page.body.append(
      Object.assign(page.createElement('footer'), { textContent: `${t('attachment.title', { n: names.length })}: ${names.join(', ')}` }),
    )
  }
  await Promise.allSettled([...page.images].map((image) => image.decode()))
  realm.addEventListener('afterprint', close, { once: true })
  realm.focus()
  realm.print()
}

function head(page: Document, email: Email, t: Text, format: Format): HTMLElement {
  const header = page.createElement('header')
  header.append(Object.assign(page.createElement('h1'), { textContent: email.subject || t('viewer.noSubject'), dir: 'auto' }))
  const list = page.createElement('dl')
  for (const [name, value] of [
    [t('compose.from'), people(email.from)],
    [t('compose.to'), people(email.to)],
    [t('compose.cc'), people(email.cc)],
    [t('viewer.date'), format.full(email.sentAt ?? email.receivedAt)],
  ] as const) {
    if (value === '') continue
    list.append(Object.assign(page.createElement('dt'), { textContent: name }), Object.assign(page.createElement('dd'), { textContent: value }))
  }
  header.append(list)
  return header
}

async function body(client: JMAPClient, email: Email, images: 'blocked' | 'allowed', realm: Window & typeof globalThis, t: Text): Promise<Node> {
  const page = realm.document
  const content = page.createElement('main')
  for (const part of email.htmlBody ?? []) {
    const value = email.bodyValues?.[part.partId ?? '']?.value ?? ''
    if (part.type === 'text/html') {
      const inline = await loadInlineImages(client, email, value, realm)
      const result = await sanitize(value, {
        realm,
        images,
        inlineImage: (id) => inline.get(id),
        describeDeceptiveLink: (host) => t('html.deceptive', { host }),
      })
      content.append(page.importNode(result.content, true))
    } else content.append(Object.assign(page.createElement('pre'), { textContent: value, dir: 'auto' }))
  }
  return content
}
