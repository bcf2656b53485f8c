// HTML from the clipboard, which any page may have filled.

import { parseInert } from './inert'

const removed =
  'script, style, link, meta, base, title, template, noscript, iframe, frame, object, embed, applet, form, input, button, select, ' +
  'textarea, svg, math, video, audio, source, track, picture, canvas, dialog, portal'

/**
 * Cleans pasted HTML before the editor reads it. The editor's schema then takes only the elements and attributes it knows:
 * this pass keeps the rest from being parsed at all, and pictures of other places from being asked for.
 */
export function cleanPaste(html: string): string {
  const page = parseInert(html)
  page.querySelectorAll(removed).forEach((element) => element.remove())
  for (const element of page.querySelectorAll('*')) {
    if (element.localName === 'img' && !element.getAttribute('src')?.startsWith(`blob:${location.origin}/`)) {
      element.replaceWith(document.createTextNode(element.getAttribute('alt') ?? ''))
      continue
    }
    for (const attribute of [...element.attributes]) {
      const { name } = attribute
      const kept = name === 'href' || name === 'src' || name === 'alt' || name === 'data-cid' || name === 'data-pm-slice' || name === 'class'
      if (!kept && name !== 'start' && name !== 'colspan' && name !== 'rowspan') element.removeAttribute(name)
    }
  }
  return page.innerHTML
}
