// The images inside a message, by the Content-ID that its HTML names them by (RFC 2392).

import type { JMAPClient } from '../jmap/client'
import type { Email, EmailBodyPart, Id } from '../jmap/types'

/** What may be an inline image: pictures that cannot run. */
const imageType = /^image\/(?:png|gif|jpeg|jpg|pjpeg|webp|bmp|avif|x-icon|vnd\.microsoft\.icon)$/i
const imagesMax = 200
const imageBytesMax = 25_000_000

/** Each part of the message, those inside others too. */
export function allParts(email: Email): EmailBodyPart[] {
  const parts: EmailBodyPart[] = []
  const walk = (part: EmailBodyPart) => {
    parts.push(part)
    part.subParts?.forEach(walk)
  }
  if (email.bodyStructure !== undefined) walk(email.bodyStructure)
  for (const part of [...(email.htmlBody ?? []), ...(email.attachments ?? [])]) {
    if (!parts.some((other) => other.blobId === part.blobId)) parts.push(part)
  }
  return parts
}

/** The Content-IDs that `html` names, as they stand in the parts' headers. */
export function namedContentIDs(html: string): Set<string> {
  const ids = new Set<string>()
  for (const match of html.matchAll(/\bcid:([^\s"'()<>\\&]+)/gi)) ids.add(decoded(match[1] ?? ''))
  return ids
}

/** The inline images that `html` names, as `blob:` addresses of the window `realm`, by Content-ID. */
export async function loadInlineImages(
  client: JMAPClient,
  email: Email,
  html: string,
  realm: Window & typeof globalThis,
): Promise<Map<string, string>> {
  const named = namedContentIDs(html)
  const found = new Map<string, string>()
  const wanted = allParts(email)
    .filter((part) => part.cid && part.blobId && named.has(bare(part.cid)) && imageType.test(part.type))
    .filter((part) => part.size <= imageBytesMax)
    .slice(0, imagesMax)
  await Promise.all(
    wanted.map(async (part) => {
      try {
        const blob = await download(client, part.blobId as Id, part)
        // Made by the frame's window: a frame without credentials has a storage of its own and sees no other blobs.
        found.set(bare(part.cid ?? ''), realm.URL.createObjectURL(blob))
      } catch {
        // The picture stays out; its text takes the place.
      }
    }),
  )
  return found
}

/** Fetches a part; the type is ours to say, not the message's. */
export async function download(client: JMAPClient, blobId: Id, part: { name: string | null; type: string }, signal?: AbortSignal): Promise<Blob> {
  const answer = await fetch(client.downloadURL(blobId, part.name ?? 'file', part.type), {
    headers: { 'X-Paloma': '1' },
    credentials: 'same-origin',
    signal,
  })
  if (!answer.ok) throw new Error(`download: ${answer.status}`)
  return new Blob([await answer.arrayBuffer()], { type: part.type })
}

function bare(contentID: string): string {
  return contentID.replace(/^<|>$/g, '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
