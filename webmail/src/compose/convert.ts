// Between rich and plain text.

/** What a paragraph is: a line, as in our editor, or, as in other people's HTML, a stretch of text with space around it. */
export type Paragraphs = 'lines' | 'spaced'

/** HTML of the editor or of a quote as plain text. */
export function htmlToText(html: string, paragraphs: Paragraphs = 'spaced'): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  return new TextWriter(paragraphs).write(page.body).replace(/[ \t]+$/gm, '').replace(/\n{3,}/g, '\n\n').trim()
}

const blocks = /^(?:address|article|blockquote|center|div|dl|dd|dt|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|thead|tr|ul)$/
const hidden = /^(?:head|script|style|template|title|noscript)$/

class TextWriter {
  constructor(private readonly paragraphs: Paragraphs) {}

  write(node: Node, list: { ordered: boolean; number: number } | null = null): string {
    let text = ''
    let number = 0
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += (child.nodeValue ?? '').replace(/[\s\u00a0]+/g, ' ')
      if (child.nodeType !== Node.ELEMENT_NODE) continue
      const element = child as Element
      const name = element.localName
      if (hidden.test(name)) continue
      if (name === 'li') number += 1
      const part = this.element(element, name, list === null ? null : { ...list, number })
      text = blocks.test(name) ? this.join(text, part, this.isSpaced(element) ? '\n\n' : '\n') : text + part
    }
    return text
  }

  private isSpaced(element: Element): boolean {
    if (!/^(?:p|h[1-6]|ul|ol|pre|table)$/.test(element.localName)) return false
    return this.paragraphs === 'spaced' && !/\bmargin:\s*0(?:px)?(?:\s*;|$)/.test(element.getAttribute('style') ?? '')
  }

  private join(before: string, text: string, end: string): string {
    const open = before.replace(/ +$/, '')
    return (open === '' || open.endsWith('\n') ? open : `${open}\n`) + `${text.trim() === '' ? '' : text.replace(/\n+$/, '')}${end}`
  }

  private element(element: Element, name: string, list: { ordered: boolean; number: number } | null): string {
    switch (name) {
      case 'br':
        return '\n'
      case 'hr':
        return '----------'
      case 'img':
        return element.getAttribute('alt') ? `[${element.getAttribute('alt')}]` : ''
      case 'a':
        return link(this.write(element), element.getAttribute('href') ?? '')
      case 'pre':
        return element.textContent ?? ''
      case 'p':
      case 'h1':
      case 'h2':
      case 'h3':
        return `${this.write(element).trim()}\n`
      case 'ul':
      case 'ol':
        return this.write(element, { ordered: name === 'ol', number: 0 })
      case 'li': {
        const mark = list?.ordered ? `${list.number}. ` : '- '
        return mark + this.write(element).trim().replace(/\n+/g, `\n${' '.repeat(mark.length)}`)
      }
      case 'blockquote':
        return quoted(this.write(element).trim())
      case 'td':
      case 'th':
        return `${this.write(element).trim()} `
      default:
        return this.write(element)
    }
  }
}

function link(text: string, href: string): string {
  const shown = text.trim()
  if (!/^https?:/i.test(href) || shown === href || href.replace(/^https?:\/\/|\/$/g, '') === shown) return text
  return `${text} <${href}>`
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`.trimEnd()))
    .join('\n')
}

/** Plain text as HTML: paragraphs, quotes nested as they were. */
export function textToHTML(text: string): string {
  let html = ''
  let depth = 0
  for (const line of text.split('\n')) {
    const marks = /^(?:> ?)*/.exec(line)?.[0] ?? ''
    const level = marks.replace(/ /g, '').length
    while (depth < level) {
      html += '<blockquote>'
      depth += 1
    }
    while (depth > level) {
      html += '</blockquote>'
      depth -= 1
    }
    html += `<p>${escapeHTML(line.slice(marks.length))}</p>`
  }
  return html + '</blockquote>'.repeat(depth)
}

export function escapeHTML(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
