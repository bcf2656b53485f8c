// What rich text is made of: Tiptap's usual pieces, and links, images and signatures of our own.

import {
  Blockquote, Bold, BulletList, Document, Dropcursor, type Extension, Gapcursor, HardBreak, Heading, HorizontalRule, Italic, ListItem,
  Mark, Node, OrderedList, Paragraph, Strike, Text, Underline, UndoRedo,
} from 'prose-editor'
import { readLink } from '../message/sanitize/links'

/** A link's address, if it is one that a letter may hold. */
export function safeHref(href: string): string | null {
  const typed = href.trim()
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(typed) ? typed : typed.includes('@') ? `mailto:${typed}` : `https://${typed}`
  const link = readLink(withScheme, '')
  return link === undefined || link.kind === 'anchor' ? null : link.url.href
}

const Link = Mark.create({
  name: 'link',
  inclusive: false,
  addAttributes: () => ({ href: { default: null } }),
  parseHTML: () => [
    {
      tag: 'a[href]',
      getAttrs: (element: HTMLElement) => {
        const link = readLink(element.getAttribute('href') ?? '', '')
        return link === undefined || link.kind === 'anchor' ? false : { href: link.url.href }
      },
    },
  ],
  renderHTML: ({ HTMLAttributes }: { HTMLAttributes: { href: string } }) => ['a', { href: HTMLAttributes.href }, 0],
})

/** An image that the letter carries. What a paste brings from elsewhere has no Content-ID and is left out. */
const InlineImage = Node.create({
  name: 'inlineImage',
  group: 'inline',
  inline: true,
  draggable: true,
  addAttributes: () => ({ src: { default: null }, alt: { default: '' }, cid: { default: null } }),
  parseHTML: () => [
    {
      tag: 'img[data-cid]',
      getAttrs: (element: HTMLElement) => {
        const src = element.getAttribute('src') ?? ''
        if (!src.startsWith(`blob:${location.origin}/`)) return false
        return { src, alt: element.getAttribute('alt') ?? '', cid: element.getAttribute('data-cid') }
      },
    },
  ],
  renderHTML: ({ HTMLAttributes: { src, alt, cid } }: { HTMLAttributes: Record<string, string> }) => [
    'img',
    { src, alt, 'data-cid': cid },
  ],
})

const Signature = Node.create({
  name: 'signature',
  group: 'block',
  content: 'block+',
  defining: true,
  parseHTML: () => [{ tag: 'div.paloma-signature' }],
  renderHTML: () => ['div', { class: 'paloma-signature' }, 0],
})

export const extensions: Extension[] = [
  Document, Paragraph, Text, HardBreak, Bold, Italic, Underline, Strike, Heading.configure({ levels: [1, 2, 3] }), BulletList,
  OrderedList, ListItem, Blockquote, HorizontalRule, UndoRedo, Dropcursor, Gapcursor, Link, InlineImage, Signature,
]
