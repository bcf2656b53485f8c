// A stranger's HTML in a frame of its own: sanitised, without scripts, under a policy that loads nothing unasked.

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { Email, EmailBodyPart } from '../jmap/types'
import { loadInlineImages } from './inlineImages'
import { HTMLTooLargeError, sanitize, type SanitizedHTML } from './sanitize/sanitize'

interface Props {
  client: JMAPClient
  email: Email
  /** The HTML parts to show, in order: those of `email.htmlBody` by default. Their values are in `email.bodyValues`. */
  parts?: EmailBodyPart[]
  imagesAllowed: boolean
  /** Told how many remote images were not loaded, each time that changes. */
  onBlockedImages?: (count: number) => void
  /** A `mailto:` link was followed. */
  onMailto?: (url: string) => void
  /** A key was pressed while the frame had the focus: shortcuts work there too. */
  onKeyDown?: (event: KeyboardEvent) => void
  /** What names the frame to a screen reader. */
  label?: string
}

/** Served with policies of their own: `default-src 'none'`, styles, and images by blob: and data:, or by https: too. */
const framePages = { blocked: '/frame.html', allowed: '/frame-images.html' } as const
/** Higher mails scroll inside. */
const heightMax = 60_000

export function HTMLFrame({ client, email, parts, imagesAllowed, onBlockedImages, onMailto, onKeyDown, label }: Props) {
  const t = useText()
  const frame = useRef<HTMLIFrameElement>(null)
  const [failure, setFailure] = useState<string>()
  const [paper, setPaper] = useState(true)
  const html = htmlOf(email, parts)
  const callbacks = useRef({ onBlockedImages, onMailto, onKeyDown })
  callbacks.current = { onBlockedImages, onMailto, onKeyDown }

  const fill = useCallback(
    async (realm: Window & typeof globalThis, signal: AbortSignal) => {
      const inline = await loadInlineImages(client, email, html, realm)
      if (signal.aborted) return
      const result = await sanitize(html, {
        realm,
        images: imagesAllowed ? 'allowed' : 'blocked',
        inlineImage: (contentID) => inline.get(contentID),
        describeDeceptiveLink: (host) => t('html.deceptive', { host }),
      })
      if (signal.aborted) return
      setPaper(result.colors === 'own')
      show(result, realm)
      callbacks.current.onBlockedImages?.(result.blockedImages)
    },
    [client, email, html, imagesAllowed, t],
  )

  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const ending = new AbortController()
    const start = () => {
      const realm = element.contentWindow as (Window & typeof globalThis) | null
      if (realm === null || realm.location.pathname !== framePages[imagesAllowed ? 'allowed' : 'blocked']) return
      fill(realm, ending.signal).then(
        () => ending.signal.aborted || follow(element, realm, callbacks, ending.signal),
        (error) => setFailure(error instanceof HTMLTooLargeError ? 'html.tooLarge' : 'html.failed'),
      )
    }
    element.addEventListener('load', start, { signal: ending.signal })
    if (element.contentDocument?.readyState === 'complete') start()
    return () => ending.abort()
  }, [fill, imagesAllowed])

  useLayoutEffect(() => {
    // Set here, because React does not know the attribute: the frame and what it loads get no cookies (Chromium).
    frame.current?.setAttribute('credentialless', '')
    if (frame.current !== null) frame.current.src = framePages[imagesAllowed ? 'allowed' : 'blocked']
  }, [imagesAllowed])

  if (failure !== undefined) return <p className="html-failure">{t(failure as 'html.failed')}</p>
  return (
    <iframe
      // Another policy is another document.
      key={imagesAllowed ? 'allowed' : 'blocked'}
      ref={frame}
      className={paper ? 'html-frame html-frame-paper' : 'html-frame'}
      title={label ?? t('html.frame')}
      // The origin is ours so that the frame can be filled and measured from here; nothing in it can run.
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
    />
  )
}

/** The HTML that is shown, several parts one below the other. */
function htmlOf(email: Email, parts: EmailBodyPart[] | undefined): string {
  return (parts ?? email.htmlBody ?? [])
    .filter((part) => part.type === 'text/html' && part.partId !== null)
    .map((part) => email.bodyValues?.[part.partId ?? '']?.value ?? '')
    .join('\n<hr>\n')
}

const baseStyle = `
  :root { color-scheme: light; }
  :root.paloma-plain.paloma-dark { color-scheme: dark; }
  html { overflow-y: hidden; background: transparent; }
  html, body { height: auto !important; min-height: 0 !important; max-height: none !important; }
  body { margin: 0; padding: 0; font: 15px/1.6 system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; color: #1d2027;
    overflow-wrap: anywhere; position: relative !important; }
  :root.paloma-plain.paloma-dark body { color: #e8eaf0; }
  :root.paloma-plain.paloma-dark a { color: #a9bdff; }
  a { color: #2f4ba5; }
  img { max-width: 100%; }
  img.paloma-blocked { background: repeating-linear-gradient(135deg, #8882 0 6px, #8881 6px 12px); outline: 1px dashed #8886;
    outline-offset: -1px; display: inline-block; min-width: 16px; min-height: 16px; font-size: 12px; overflow: hidden; }
  pre { white-space: pre-wrap; }
  blockquote { margin: 0.5em 0 0.5em 0; padding-inline-start: 12px; border-inline-start: 3px solid #7e8cb8; }
`

/** Puts the result into the frame's document. */
function show(result: SanitizedHTML, realm: Window & typeof globalThis): void {
  const page = realm.document
  const root = page.documentElement
  root.className = result.colors === 'none' ? 'paloma-plain' : ''
  const style = page.createElement('style')
  style.textContent = baseStyle
  const head = page.head
  head.querySelectorAll('style').forEach((old) => old.remove())
  head.append(style)
  if (result.bodyStyle === '') page.body.removeAttribute('style')
  else page.body.setAttribute('style', result.bodyStyle)
  page.body.replaceChildren(page.importNode(result.content, true))
}

interface Callbacks {
  current: { onMailto?: (url: string) => void; onKeyDown?: (event: KeyboardEvent) => void }
}

/** Keeps the frame as high as its content, and follows what happens in it, until `signal`. */
function follow(element: HTMLIFrameElement, realm: Window & typeof globalThis, callbacks: Callbacks, signal: AbortSignal): void {
  const page = realm.document
  const measure = () => {
    fitWidth(page)
    const height = Math.min(heightMax, Math.ceil(page.documentElement.getBoundingClientRect().height))
    element.style.height = `${Math.max(24, height)}px`
    element.dataset.ready = 'true'
  }
  // The same scheme as the page around it, or the frame would paint a ground of its own.
  const followTheme = () => page.documentElement.classList.toggle('paloma-dark', document.documentElement.dataset.theme === 'dark')
  const theme = new MutationObserver(followTheme)
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  followTheme()
  const observer = new ResizeObserver(measure)
  observer.observe(page.body)
  const width = new ResizeObserver(measure)
  width.observe(element)
  page.addEventListener('load', measure, { capture: true, signal })
  page.addEventListener('toggle', measure, { capture: true, signal })
  page.addEventListener(
    'click',
    (event) => {
      const link = (event.target as Element | null)?.closest?.('a[href]')
      const href = link?.getAttribute('href') ?? ''
      if (href.startsWith('mailto:') && callbacks.current.onMailto !== undefined) {
        event.preventDefault()
        callbacks.current.onMailto(href)
      }
    },
    { signal },
  )
  page.addEventListener('keydown', (event) => callbacks.current.onKeyDown?.(event), { signal })
  signal.addEventListener('abort', () => {
    theme.disconnect()
    observer.disconnect()
    width.disconnect()
  })
  measure()
}

/** A mail made for a wider window is made smaller, to half at most; then it scrolls sideways. */
function fitWidth(page: Document): void {
  const body = page.body
  body.style.removeProperty('zoom')
  const available = page.documentElement.clientWidth
  const wanted = page.documentElement.scrollWidth
  if (available > 0 && wanted > available + 1) body.style.setProperty('zoom', String(Math.max(0.5, available / wanted)))
}
