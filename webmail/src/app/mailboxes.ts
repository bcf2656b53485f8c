// Folders, as they are shown: the special ones first under the names of one's language, the others as a tree.

import type { Place } from './route'
import type { IconName } from '../ui/Icon'
import type { Text } from '../i18n'
import type { Mail } from '../mail/Mail'
import type { Id, Mailbox } from '../jmap/types'
import { folded } from '../ui/Picker'

const order = ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash']
const icons: Record<string, IconName> = {
  inbox: 'inbox', drafts: 'draft', sent: 'sent', archive: 'archive', junk: 'junk', trash: 'trash',
}

export interface ShownFolder {
  mailbox: Mailbox
  name: string
  icon: IconName
  depth: number
}

export function folderName(mailbox: Mailbox, t: Text): string {
  return mailbox.role !== null && order.includes(mailbox.role) ? t(`folder.${mailbox.role}` as 'folder.inbox') : mailbox.name
}

export function folderIcon(mailbox: Mailbox): IconName {
  return icons[mailbox.role ?? ''] ?? 'folder'
}

/** The name with those of the folders that it is in: `Work / 2026`. */
export function folderPath(mailbox: Mailbox, mail: Mail, t: Text): string {
  const names = [folderName(mailbox, t)]
  let parent = mailbox.parentId === null ? undefined : mail.mailboxes.get(mailbox.parentId)
  for (let depth = 0; parent && depth < 20; depth += 1) {
    names.unshift(folderName(parent, t))
    parent = parent.parentId === null ? undefined : mail.mailboxes.get(parent.parentId)
  }
  return names.join(' / ')
}

/** The special folders, and the others in order of their tree. */
export function shownFolders(mail: Mail, t: Text): { special: ShownFolder[]; others: ShownFolder[] } {
  const all = [...mail.mailboxes.values()]
  const shown = (mailbox: Mailbox, depth: number) => ({ mailbox, name: folderName(mailbox, t), icon: folderIcon(mailbox), depth })
  const special = order.flatMap((role) => all.filter((mailbox) => mailbox.role === role).slice(0, 1)).map((one) => shown(one, 0))
  const isSpecial = new Set(special.map((folder) => folder.mailbox.id))
  const others: ShownFolder[] = []
  const add = (parentId: Id | null, depth: number) => {
    const children = all
      .filter((mailbox) => mailbox.parentId === parentId)
      .sort((a, b) => a.sortOrder - b.sortOrder || a.name.localeCompare(b.name))
    for (const child of children) {
      if (!isSpecial.has(child.id)) others.push(shown(child, depth))
      if (depth < 20) add(child.id, isSpecial.has(child.id) ? depth : depth + 1)
    }
  }
  add(null, 0)
  return { special, others }
}

/** The folder of a place; null for a search, or when there is none. */
export function mailboxAt(place: Place, mail: Mail): Mailbox | null {
  if (place.kind === 'role') return mail.byRole(place.role)
  if (place.kind === 'folder') return mail.mailboxes.get(place.id) ?? null
  return null
}

export function placeOf(mailbox: Mailbox): Place {
  return mailbox.role !== null && order.includes(mailbox.role) ? { kind: 'role', role: mailbox.role } : { kind: 'folder', id: mailbox.id }
}

/** A folder by its role, its name or its path, as people write it. */
export function findMailbox(text: string, mail: Mail, t: Text): Id | null {
  const wanted = folded(text)
  const all = [...mail.mailboxes.values()]
  const found =
    all.find((mailbox) => mailbox.role === wanted) ??
    all.find((mailbox) => folded(folderName(mailbox, t)) === wanted || folded(mailbox.name) === wanted) ??
    all.find((mailbox) => folded(folderPath(mailbox, mail, t)).replace(/ \/ /g, '/') === wanted)
  return found?.id ?? null
}
