// HTML parsed where nothing of it runs, loads or is applied.

/** A start tag, with its attributes. */
const tag = /<[a-z](?:"[^"]*"|'[^']*'|[^'"<>])*>/gi

/**
 * Parses HTML without its styles: the page's policy forbids them even in a document that nobody sees, and the browser would
 * complain of each. A `style` attribute becomes `data-style`.
 */
export function parseInert(html: string): HTMLElement {
  const plain = html
    .replace(tag, (text) => text.replace(/([\s"'/])style(\s*=)/gi, '$1data-style$2'))
    // Raw text as before, and never shown.
    .replace(/<(\/?)style\b/gi, '<$1script')
  return new DOMParser().parseFromString(plain, 'text/html').body
}
