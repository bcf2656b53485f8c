/**
 * HTML of a stranger into nodes that may be shown. Three layers, each enough by itself:
 *
 * 1. the browser's own sanitizer (`Document.parseHTML`), or DOMPurify where the browser has none
 * 2. the pass below: an allow-list of elements, attributes, addresses and CSS, on the parsed tree. The tree is never written
 *    out and parsed again, so there is nothing for mutation XSS to mutate
 * 3. the frame: no scripts, no forms, no top navigation, and a policy that loads nothing but images (HTMLFrame).
 */

import {
  allAttributes,
  allowedElements,
  commonAttributes,
  elementAttributes,
  fetchingAttributes,
  limits,
  unwrappedElements,
} from './allowlist'
import { cleanStyleAttribute, cleanStyleSheet, type ImageResolver } from './css'
import { type Link, readLink, shownAddress } from './links'

export interface SanitizeOptions {
  /** The window whose document shows the result: its policy holds while styles are parsed. */
  realm: Window & typeof globalThis
  images: 'blocked' | 'allowed'
  /** The `blob:` address of the inline part with this Content-ID, if there is one. */
  inlineImage: (contentID: string) => string | undefined
  /** What stands after a link whose text names another host than it goes to. */
  describeDeceptiveLink: (host: string) => string
}

export interface SanitizedHTML {
  /** The content, in a document that loads nothing yet. */
  content: DocumentFragment
  /** The declarations of the `body` element. */
  bodyStyle: string
  /** How many remote images and other addresses were not loaded. */
  blockedImages: number
  /** Whether the mail sets colours of its own: then it is shown on paper, in dark mode too. */
  colors: 'own' | 'none'
}

export class HTMLTooLargeError extends Error {}

export async function sanitize(html: string, options: SanitizeOptions): Promise<SanitizedHTML> {
  if (html.length > limits.sourceLength) throw new HTMLTooLargeError('the HTML is too large to show')
  const body = await parse(html, options.realm)
  return new Cleaner(options, body.ownerDocument).clean(body)
}

interface ParsingDocument {
  parseHTML?: (html: string, options: { sanitizer: object }) => Document
}

/** Parses `html` in a document without a window, through one of the two sanitizers. */
async function parse(html: string, realm: Window & typeof globalThis): Promise<HTMLElement> {
  const native = realm.Document as unknown as ParsingDocument
  if (native.parseHTML !== undefined && 'setHTML' in Element.prototype) {
    return native.parseHTML(html, {
      sanitizer: {
        elements: ['html', 'head', 'body', ...allowedElements],
        replaceWithChildrenElements: [...unwrappedElements].filter((name) => !/^(html|head|body)$/.test(name)),
        attributes: [...allAttributes, ...fetchingAttributes],
        comments: false,
        dataAttributes: false,
      },
    }).body
  }
  const module = await import('dompurify')
  const createDOMPurify = (module as unknown as { default: typeof module }).default
  return createDOMPurify(realm).sanitize(html, {
    WHOLE_DOCUMENT: true,
    RETURN_DOM: true,
    ALLOWED_TAGS: ['html', 'head', 'body', '#text', ...allowedElements],
    ALLOWED_ATTR: [...allAttributes, ...fetchingAttributes],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOW_UNKNOWN_PROTOCOLS: false,
    // The second pass looks at every address; DOMPurify's own list lacks cid:, and takes every value for an address.
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|cid:|data:image\/|\/\/|#)/i,
    ADD_URI_SAFE_ATTR: allAttributes.filter((name) => !/^(?:src|href|background)$/.test(name)),
    FORCE_BODY: true,
  }) as unknown as HTMLElement
}

const xhtml = 'http://www.w3.org/1999/xhtml'
const safeDataImage = /^data:image\/(?:png|gif|jpe?g|webp|bmp|avif)(?:;[^,]*)?,/i

/** Inline and important: no rule of the mail can hide the warning. */
const noteStyle = Object.entries({
  all: 'initial',
  display: 'inline-block',
  font: '600 12px/1.4 system-ui, sans-serif',
  color: '#7a5200',
  background: '#fdf1d7',
  'border-radius': '4px',
  padding: '1px 4px',
})
  .map(([property, value]) => `${property}: ${value} !important`)
  .join('; ')

class Cleaner {
  private readonly output: Document
  private blocked = 0
  private elements = 0
  private colored = false

  constructor(
    private readonly options: SanitizeOptions,
    source: Document,
  ) {
    this.output = source.implementation.createHTMLDocument('')
  }

  clean(root: Element): SanitizedHTML {
    const content = this.output.createDocumentFragment()
    let body: Element = root
    if (root.localName === 'html') body = [...root.children].find((child) => child.localName === 'body') ?? root
    // DOMPurify answers html, the browser's own parser a document: style sheets of the head belong to the content.
    const head = root.localName === 'html' ? root : root.parentElement
    for (const child of head?.children ?? []) if (child.localName === 'head') this.copyChildren(child, content)
    this.copyChildren(body, content)
    const shell = this.output.createElement('div')
    if (body.localName === 'body') this.copyAttributes(body, shell, 'body')
    const color = body.getAttribute('bgcolor')
    const style = (color !== null && /^#?[\w]+$/.test(color) ? `background-color: ${color}; ` : "") + (shell.getAttribute("style") ?? "")
    return { content, bodyStyle: style, blockedImages: this.blocked, colors: this.colored ? 'own' : 'none' }
  }

  private copyChildren(source: Node, target: Node): void {
    for (let child = source.firstChild; child !== null; child = child.nextSibling) {
      if (child.nodeType === Node.TEXT_NODE) target.appendChild(this.output.createTextNode(child.nodeValue ?? ''))
      else if (child.nodeType === Node.ELEMENT_NODE) this.copyElement(child as Element, target)
    }
  }

  /** Makes a new element for each that is allowed: nothing of the old one comes along unasked. */
  private copyElement(source: Element, target: Node): void {
    this.elements += 1
    if (this.elements > limits.elements) throw new HTMLTooLargeError('the HTML has too many elements to show')
    if (source.namespaceURI !== xhtml) return
    const name = source.localName
    if (unwrappedElements.has(name)) {
      this.copyChildren(source, target)
      return
    }
    if (!allowedElements.has(name)) return
    if (name === 'style') {
      const text = cleanStyleSheet(source.textContent ?? '', this.resolveImage, this.options.realm)
      if (/(?:^|[\s;{])(?:background-color|color): /.test(text)) this.colored = true
      if (text !== '') target.appendChild(this.output.createElement('style')).textContent = text
      return
    }
    const element = this.output.createElement(name)
    this.copyAttributes(source, element, name)
    for (const attribute of fetchingAttributes) if (source.hasAttribute(attribute) && !source.hasAttribute('src')) this.blocked += 1
    if (name === 'img' && !this.placeImage(source, element)) return
    target.appendChild(element)
    this.copyChildren(source, element)
    if (name === 'a') this.directLink(source, element)
  }

  private copyAttributes(source: Element, element: HTMLElement, name: string): void {
    const own = elementAttributes[name] ?? []
    for (const attribute of [...source.attributes]) {
      const key = attribute.localName
      if (attribute.namespaceURI !== null || !(commonAttributes.has(key) || own.includes(key))) continue
      if (key === 'style' || key === 'src' || key === 'href' || key === 'background') continue
      if (key === 'bgcolor' || key === 'color' || key === 'text') this.colored = true
      element.setAttribute(key, attribute.value)
    }
    let style = cleanStyleAttribute(source.getAttribute('style') ?? '', this.resolveImage, this.options.realm)
    const background = own.includes('background') ? source.getAttribute('background') : null
    if (background !== null) {
      const address = this.resolveImage(background)
      if (address !== undefined) style += ` background-image: url("${encodeURI(decodeURISafely(address))}");`
    }
    if (style === '') return
    if (/(?:^|;\s*)(?:background-color|color|background-image): (?!(?:transparent|initial|inherit|none|rgba\(0, 0, 0, 0\))[;\s])/.test(style)) {
      this.colored = true
    }
    element.setAttribute('style', style.trim())
  }

  /** Gives the image its address; false when it is not worth a place. */
  private placeImage(source: Element, element: HTMLElement): boolean {
    const address = source.getAttribute('src')
    const tiny = ['width', 'height'].some((side) => /^[01](?:px)?$/.test(source.getAttribute(side)?.trim() ?? ''))
    if (address === null || address.trim() === '') return false
    const resolved = tiny && !/^\s*(?:cid|data):/i.test(address) ? this.block() : this.resolveImage(address)
    if (resolved === undefined) {
      // A picture of one dot counts its readers. It has no place, whatever is allowed.
      if (tiny) return false
      element.classList.add('paloma-blocked')
      return true
    }
    element.setAttribute('src', resolved)
    element.setAttribute('referrerpolicy', 'no-referrer')
    element.setAttribute('loading', 'eager')
    return true
  }

  private block(): undefined {
    this.blocked += 1
    return undefined
  }

  private readonly resolveImage: ImageResolver = (address) => {
    const trimmed = address.trim()
    if (/^cid:/i.test(trimmed)) return this.options.inlineImage(decodeURISafely(trimmed.slice(4)))
    if (safeDataImage.test(trimmed)) return trimmed
    let url: URL
    try {
      url = new URL(trimmed.startsWith("//") ? `https:${trimmed}` : trimmed)
    } catch {
      return undefined
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
    if (this.options.images === 'blocked') return this.block()
    // The own server answers with the reader's rights: no mail may ask it for anything.
    if (url.hostname === location.hostname || url.username !== '' || url.password !== '') return undefined
    url.protocol = 'https:'
    return url.href
  }

  private directLink(source: Element, element: HTMLElement): void {
    const link = readLink(source.getAttribute('href') ?? '', element.textContent ?? '')
    if (link === undefined) return
    if (link.kind === 'anchor') {
      element.setAttribute("href", `#${link.name}`)
      return
    }
    element.setAttribute('href', link.url.href)
    element.setAttribute('target', '_blank')
    element.setAttribute('rel', 'noopener noreferrer')
    element.setAttribute('referrerpolicy', 'no-referrer')
    element.setAttribute('title', shownAddress(link.url))
    this.warn(link, element)
  }

  private warn(link: Link, element: HTMLElement): void {
    if (link.kind !== 'page' || !link.deceptive) return
    const text = this.options.describeDeceptiveLink(link.url.host)
    if (text === '') return
    const note = this.output.createElement('span')
    note.setAttribute('style', noteStyle)
    note.textContent = text
    element.after(note)
  }
}

function decodeURISafely(text: string): string {
  try {
    return decodeURI(text)
  } catch {
    return text
  }
}
