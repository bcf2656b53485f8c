// What of a message is shown as its body (RFC 8621 §4.1.4).

import type { Email, EmailBodyPart } from '../jmap/types'

export type BodyPiece =
  | { kind: 'html' }
  | { kind: 'text'; text: string; format: 'fixed' | 'flowed' | 'flowed-delsp' }

/** The body in pieces: the HTML parts together in one frame, text parts around them. */
export function bodyPieces(email: Email): BodyPiece[] {
  const parts = email.htmlBody?.length ? email.htmlBody : (email.textBody ?? [])
  const pieces: BodyPiece[] = []
  for (const part of parts) {
    const value = email.bodyValues?.[part.partId ?? '']
    if (!value) continue
    if (part.type === 'text/html') {
      if (!pieces.some((piece) => piece.kind === 'html')) pieces.push({ kind: 'html' })
    } else if (part.type.startsWith('text/') && value.value.trim()) {
      pieces.push({ kind: 'text', text: value.value, format: formatOf(part) })
    }
  }
  return pieces
}

export function isTruncated(email: Email): boolean {
  return [...(email.htmlBody ?? []), ...(email.textBody ?? [])].some((part) => email.bodyValues?.[part.partId ?? '']?.isTruncated)
}

/** RFC 3676 §4. */
function formatOf(part: EmailBodyPart): 'fixed' | 'flowed' | 'flowed-delsp' {
  const type = String((part as { 'header:Content-Type:asRaw'?: unknown })['header:Content-Type:asRaw'] ?? '')
  if (!/;\s*format\s*=\s*"?flowed/i.test(type)) return 'fixed'
  return /;\s*delsp\s*=\s*"?yes/i.test(type) ? 'flowed-delsp' : 'flowed'
}

/** The addresses that a `mailto:` link means (RFC 6068). */
export function mailtoAddresses(url: string): { name: null; email: string }[] {
  const to = url.replace(/^mailto:/i, '').split('?')[0] ?? ''
  return to.split(',').flatMap((text) => {
    try {
      const email = decodeURIComponent(text).trim()
      return email.includes('@') ? [{ name: null, email }] : []
    } catch {
      return []
    }
  })
}
