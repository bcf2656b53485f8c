import { useEffect, useMemo, useState } from 'react'
import { findMailbox, folderName, mailboxAt } from './mailboxes'
import type { Place } from './route'
import type { Text } from '../i18n'
import type { Mail } from '../mail/Mail'
import type { ListQuery, MailList } from '../mail/MailList'
import type { Settings } from '../mail/Settings'
import { useObserved } from '../mail/Observable'
import { filterFor, hasWords, terms } from '../search/query'

/** The list of a place: made when one goes there, kept while one is. */
export function usePlaceList(mail: Mail, settings: Settings, place: Place, t: Text): { list: MailList | null; title: string } {
  useObserved(mail)
  useObserved(settings)
  const mailbox = mailboxAt(place, mail)
  const text = place.kind === 'search' ? place.text : null
  const grouping = settings.grouping
  const mailboxId = mailbox?.id ?? null
  const isDrafts = mailbox?.role === 'drafts'
  const isReady = mail.ready
  const query = useMemo<ListQuery | null>(() => {
    if (!isReady) return null
    if (text !== null) {
      const found = filterFor(text, (name) => findMailbox(name, mail, t)) ?? {}
      // Trash and junk are searched when they are named.
      const left = ['trash', 'junk'].flatMap((role) => mail.byRole(role)?.id ?? [])
      const isAnywhere = left.length === 0 || terms(text).some((term) => term.operator === 'in')
      const filter = isAnywhere ? found : { operator: 'AND' as const, conditions: [found, { inMailboxOtherThan: left }] }
      return { mailboxId: null, filter, grouping, snippets: hasWords(text) }
    }
    if (mailboxId === null) return null
    return { mailboxId, filter: { inMailbox: mailboxId }, grouping: isDrafts ? 'messages' : grouping, snippets: false }
    // Folders' names matter when one searches, not while their counts change.
  }, [mail, isReady, text, mailboxId, grouping, isDrafts])
  const [list, setList] = useState<MailList | null>(null)
  useEffect(() => {
    setList(query ? mail.show(query) : null)
  }, [mail, query])
  const title =
    text === 'is:starred' ? t('folder.starred')
    : text !== null ? t('search.results', { query: text })
    : mailbox ? folderName(mailbox, t)
    : t('app.list')
  return { list, title }
}
