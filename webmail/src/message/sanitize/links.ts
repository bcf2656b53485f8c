/** Where links go, and whether their text says so. */

export type Link =
  /** A page: opens in a new tab. */
  | { kind: 'page'; url: URL; deceptive: boolean }
  /** An address to write to. */
  | { kind: 'mail'; url: URL }
  | { kind: 'phone'; url: URL }
  /** A place in the same message. */
  | { kind: 'anchor'; name: string }

/** Reads `href`; undefined for what must not be a link: scripts, files, relative addresses. */
export function readLink(href: string, text: string): Link | undefined {
  const trimmed = href.trim()
  if (trimmed.startsWith('#')) return { kind: 'anchor', name: trimmed.slice(1) }
  // Without a scheme of its own an address would be one of this server.
  if (!/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) return undefined
  let url: URL
  try {
    url = new URL(trimmed)
  } catch {
    return undefined
  }
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return { kind: 'page', url, deceptive: isDeceptive(url, text) }
    case 'mailto:':
      return { kind: 'mail', url }
    case 'tel:':
      return { kind: 'phone', url }
    default:
      return undefined
  }
}

/**
 * Whether a link's text names a host that is not the one it goes to, or the address itself hides its host
 * (`https://bank.example@evil.example/`).
 */
export function isDeceptive(url: URL, text: string): boolean {
  if (url.username !== '' || url.password !== '') return true
  const named = hostNamed(text)
  return named !== undefined && !sameSite(named, url.hostname)
}

const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/** `invoice.pdf` is a file, though it could be a host. */
const fileName = /^[^.]+\.(?:pdf|html?|docx?|xlsx?|pptx?|od[tsp]|zip|gz|png|jpe?g|gif|svg|txt|csv|js|ts|json|xml|eml|ics|mp[34]|mov)$/i

/** The host that a text claims to be: the text is, or begins with, an address or a host name. */
export function hostNamed(text: string): string | undefined {
  const plain = text.slice(0, 500).replace(invisible, '').trim()
  const match = /^(?:(?:https?|ftp):\/\/)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]+)(?:[:/?#][^\s]*)?$/iu.exec(
    plain,
  )
  if (match?.[1] === undefined || (fileName.test(match[1]) && !plain.includes('://'))) return undefined
  try {
    return new URL(`https://${match[1]}/`).hostname
  } catch {
    return undefined
  }
}

/** Whether one host is the other or lies below it. */
function sameSite(one: string, other: string): boolean {
  const strip = (host: string) => host.toLowerCase().replace(/^www\./, '').replace(/\.$/, '')
  const [a, b] = [strip(one), strip(other)]
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`)
}

/** An address as people should see it: the host in ASCII (an IDN that imitates another shows), no credentials, cut. */
export function shownAddress(url: URL, length = 120): string {
  const text = url.protocol === 'mailto:' || url.protocol === 'tel:' ? safeDecode(url.pathname) : url.host + url.pathname + url.search
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
