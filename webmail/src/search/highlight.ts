// Snippets (RFC 8621 §5) are HTML of one tag, <mark>: read into pieces here, so that nothing of it is ever HTML in the page.

export interface Piece {
  text: string
  isFound: boolean
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#x27': "'", '#34': '"' }

/** The snippet's text, in pieces. */
export function pieces(snippet: string): Piece[] {
  const found: Piece[] = []
  let isFound = false
  for (const part of snippet.split(/(<\/?mark>)/i)) {
    if (/^<mark>$/i.test(part)) isFound = true
    else if (/^<\/mark>$/i.test(part)) isFound = false
    else if (part) {
      const text = part.replace(/&(#?\w+);/g, (whole, name: string) => entities[name.toLowerCase()] ?? whole)
      found.push({ text, isFound })
    }
  }
  return found
}
