// What a message carries besides its text, and what may be shown of it.

import type { JMAPClient } from '../jmap/client'
import type { Email, EmailBodyPart } from '../jmap/types'
import { namedContentIDs } from './inlineImages'

export type FileKind = 'image' | 'pdf' | 'text' | 'message' | 'archive' | 'audio' | 'video' | 'document' | 'sheet' | 'slides' | 'calendar' | 'contact' | 'other'

const kinds: [FileKind, RegExp][] = [
  ['image', /^image\//],
  ['pdf', /^application\/pdf$/],
  ['message', /^message\/(?:rfc822|global)$/],
  ['calendar', /^text\/calendar$/],
  ['contact', /^text\/(?:x-)?vcard$/],
  ['text', /^text\/|^application\/(?:json|xml|x-sh|javascript|x-yaml|toml)$/],
  ['archive', /zip|compressed|x-tar|x-7z|gzip|x-rar|zstd/],
  ['audio', /^audio\//],
  ['video', /^video\//],
  ['sheet', /spreadsheet|ms-excel|csv/],
  ['slides', /presentation|powerpoint/],
  ['document', /wordprocessing|msword|opendocument\.text|rtf/],
]

export function fileKind(type: string): FileKind {
  return kinds.find(([, pattern]) => pattern.test(type.toLowerCase()))?.[0] ?? 'other'
}

/** Bytes of a text or picture that is still shown in the page. */
const previewBytesMax = 25_000_000
const textPreviewBytesMax = 2_000_000

export type Preview = 'image' | 'pdf' | 'text' | 'message'

/** How a part can be shown here; undefined: it can only be saved. */
export function preview(part: EmailBodyPart): Preview | undefined {
  const type = part.type.toLowerCase()
  if (part.blobId === null || part.size > previewBytesMax) return undefined
  // A picture as SVG is shown by an img element: there it can neither run nor load.
  if (/^image\/(?:png|gif|jpe?g|webp|bmp|avif|svg\+xml)$/.test(type)) return 'image'
  if (type === 'application/pdf') return navigator.pdfViewerEnabled ? 'pdf' : undefined
  if (fileKind(type) === 'message') return 'message'
  const isText = fileKind(type) === 'text' || fileKind(type) === 'calendar' || fileKind(type) === 'contact'
  return isText && part.size <= textPreviewBytesMax ? 'text' : undefined
}

/** The attachments that are listed: those that the HTML shows by itself are not. */
export function listedAttachments(email: Email): EmailBodyPart[] {
  const html = (email.htmlBody ?? []).map((part) => email.bodyValues?.[part.partId ?? '']?.value ?? '').join('\n')
  const named = namedContentIDs(html)
  return (email.attachments ?? []).filter((part) => {
    const shown = part.cid && named.has(part.cid.replace(/^<|>$/g, '')) && /^image\//i.test(part.type)
    return part.blobId && !(shown && part.disposition !== 'attachment')
  })
}

export function fileName(part: EmailBodyPart, fallback: string): string {
  // Direction marks make `cod.exe` of what ends in `exe.doc`.
  const name = (part.name ?? '').replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').trim()
  if (name !== '') return name
  const extension = /^(?:image|audio|video|text|application)\/([a-z0-9]{2,5})$/i.exec(part.type)?.[1]
  return extension === undefined ? fallback : `${fallback}.${extension === 'plain' ? 'txt' : extension}`
}

/** All attachments of the message in one file. */
export function archiveURL(client: JMAPClient, email: Email): string {
  return client.downloadURL(email.blobId, 'all.zip', 'application/zip')
}
