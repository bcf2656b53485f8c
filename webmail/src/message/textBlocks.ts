// Plain text as people read it: format=flowed joined again (RFC 3676), quotes apart, links found.

import { readLink } from './sanitize/links'

/** A stretch of text at one depth of quoting. */
export interface TextBlock {
  depth: number
  lines: string[]
  /** The signature after `-- ` (RFC 3676 §4.3). */
  isSignature: boolean
}

export type TextFormat = 'fixed' | 'flowed' | 'flowed-delsp'

/** The format that a Content-Type header announces (RFC 3676 §4). */
export function textFormat(contentType: string | null | undefined): TextFormat {
  const flowed = /;\s*format\s*=\s*"?flowed/i.test(contentType ?? '')
  if (!flowed) return 'fixed'
  return /;\s*delsp\s*=\s*"?yes/i.test(contentType ?? '') ? 'flowed-delsp' : 'flowed'
}

export function readBlocks(text: string, format: TextFormat): TextBlock[] {
  const blocks: TextBlock[] = []
  let open: TextBlock | undefined
  let flowing = false
  let inSignature = false
  for (const raw of text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n')) {
    const { depth, content } = format === 'fixed' ? splitFixed(raw) : splitFlowed(raw)
    const isSeparator = content === '-- '
    if (isSeparator && depth === 0) inSignature = true
    const isSignature = inSignature && depth === 0
    if (open === undefined || open.depth !== depth || open.isSignature !== isSignature) {
      open = { depth, lines: [], isSignature }
      blocks.push(open)
      flowing = false
    }
    const soft = format !== 'fixed' && content.endsWith(' ') && !isSeparator
    const shown = soft && format === 'flowed-delsp' ? content.slice(0, -1) : content
    if (flowing && !isSeparator) open.lines.push((open.lines.pop() ?? '') + shown)
    else open.lines.push(isSeparator ? '--' : shown)
    flowing = soft
  }
  return blocks
}

function splitFlowed(line: string): { depth: number; content: string } {
  const depth = /^>*/.exec(line)?.[0]?.length ?? 0
  const rest = line.slice(depth)
  return { depth, content: rest.startsWith(' ') ? rest.slice(1) : rest }
}

/** Programs without format=flowed write `> > text` as well as `>> text`. */
function splitFixed(line: string): { depth: number; content: string } {
  const marks = /^(?:> ?)+/.exec(line)?.[0] ?? ''
  const depth = marks.replace(/ /g, '').length
  return { depth, content: line.slice(marks.length) }
}

/** A word of text: plain, or a link. */
export type TextPiece = { text: string; href: string | null }

const linked =
  /\b(?:https?:\/\/|www\.)[^\s<>"'\u2018-\u201f«»]+|\bmailto:[^\s<>"']+|\b[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,10}[\p{L}]{2,63}\b/giu

/** Longer lines are no text that somebody wrote. */
const linkedLineLengthMax = 20_000

export function findLinks(line: string): TextPiece[] {
  const pieces: TextPiece[] = []
  if (line.length > linkedLineLengthMax) return [{ text: line, href: null }]
  let end = 0
  for (const match of line.matchAll(linked)) {
    const text = withoutClosing(match[0] ?? '')
    const begin = match.index ?? 0
    const href = /^(?:https?|mailto):/i.test(text) ? text : text.includes('@') && !text.includes('/') ? `mailto:${text}` : `https://${text}`
    const link = readLink(href, '')
    if (link === undefined || link.kind === 'anchor') continue
    if (begin > end) pieces.push({ text: line.slice(end, begin), href: null })
    pieces.push({ text, href: link.url.href })
    end = begin + text.length
  }
  if (end < line.length) pieces.push({ text: line.slice(end), href: null })
  return pieces
}

/** Without the punctuation that ends the sentence around it; a bracket belongs to the address if it opened there. */
function withoutClosing(address: string): string {
  let text = address
  for (;;) {
    const last = text.at(-1) ?? ''
    const opening = { ')': '(', ']': '[', '}': '{' }[last]
    const count = (character: string) => text.split(character).length - 1
    if (/[.,;:!?*_]/.test(last) || (opening !== undefined && count(last) > count(opening))) text = text.slice(0, -1)
    else return text
  }
}
