// Changes of an email as JMAP patches (RFC 8620 §5.3), and what undoes them.

import type { Email, Id } from '../jmap/types'

/** `keywords/$seen` or `mailboxIds/…` set or taken away, or `mailboxIds` as a whole. */
export type Patch = Record<string, unknown>
export type Patches = Record<Id, Patch>
type SetProperty = 'keywords' | 'mailboxIds'

const isSetProperty = (name: string | undefined): name is SetProperty => name === 'keywords' || name === 'mailboxIds'

/** The email with the patch applied. */
export function patched(email: Email, patch: Patch): Email {
  const result = { ...email, keywords: { ...email.keywords }, mailboxIds: { ...email.mailboxIds } }
  for (const [path, value] of Object.entries(patch)) {
    const [property, key] = split(path)
    if (!isSetProperty(property)) continue
    if (key === null) result[property] = { ...(value as Record<string, true>) }
    else if (value) result[property][key] = true
    else delete result[property][key]
  }
  return result
}

/** The patch that makes the email again what it is before `patch`. */
export function inverse(email: Email, patch: Patch): Patch {
  const back: Patch = {}
  for (const path of Object.keys(patch)) {
    const [property, key] = split(path)
    if (!isSetProperty(property)) continue
    if (key === null) back[property] = { ...email[property] }
    else back[path] = email[property][key] ? true : null
  }
  return back
}

/** The path of a keyword or mailbox in a patch, escaped as RFC 6901 §3 wants. */
export function path(property: SetProperty, key: string): string {
  return `${property}/${key.replace(/~/g, '~0').replace(/\//g, '~1')}`
}

function split(path: string): [string | undefined, string | null] {
  const at = path.indexOf('/')
  if (at < 0) return [path, null]
  return [path.slice(0, at), path.slice(at + 1).replace(/~1/g, '/').replace(/~0/g, '~')]
}
