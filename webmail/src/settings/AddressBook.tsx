// The small address book, and the people that were written to.

import { useCallback, useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { isAddress } from '../compose/addresses'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { Id, KnownAddress } from '../jmap/types'

interface Person extends KnownAddress {
  id: Id
  isContact: boolean
}

const shownMax = 100

export function AddressBook({ client }: { client: JMAPClient }) {
  const t = useText()
  const { fail, compose } = useDesk()
  const [people, setPeople] = useState<Person[]>()
  const [prefix, setPrefix] = useState('')
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const load = useCallback(
    () => client.request<{ list: Person[] }>('KnownAddress/query', { prefix: prefix.trim(), limit: shownMax }).then(({ list }) => setPeople(list), fail),
    [client, prefix, fail],
  )
  useEffect(() => void load(), [load])
  const set = async (args: Record<string, unknown>) => {
    await client.request('KnownAddress/set', args).catch(fail)
    await load()
  }
  return (
    <>
      <h3>{t('settings.addresses')}</h3>
      <p className="settings-hint">{t('settings.addressesHint')}</p>
      <form
        className="settings-row"
        onSubmit={(event) => {
          event.preventDefault()
          void set({ create: { made: { name: name.trim(), email: email.trim() } } })
          setName('')
          setEmail('')
        }}
      >
        <label className="field">
          <span>{t('settings.name')}</span>
          <input value={name} maxLength={200} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </label>
        <label className="field">
          <span>{t('settings.address')}</span>
          <input type="email" value={email} autoComplete="off" onChange={(event) => setEmail(event.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={!isAddress(email.trim())}>{t('settings.add')}</button>
      </form>
      <label className="field">
        <span>{t('settings.find')}</span>
        <input type="search" value={prefix} onChange={(event) => setPrefix(event.target.value)} />
      </label>
      {people?.length === 0 && <p className="settings-empty">{t('settings.addressesNone')}</p>}
      <ul className="settings-list">
        {people?.map((person) => (
          <li key={person.id} className="settings-item">
            <div className="settings-main">
              <strong dir="auto">{person.name || person.email}</strong>
              {person.name && <small>{person.email}</small>}
            </div>
            <button type="button" className="button quiet" onClick={() => compose({ mode: 'new', to: [{ name: person.name || null, email: person.email }] })}
              aria-label={t('settings.writeTo', { name: person.name || person.email })}>
              {t('action.compose')}
            </button>
            <button type="button" className="button quiet" onClick={() => void set({ destroy: [person.id] })}
              aria-label={t('settings.removeNamed', { name: person.name || person.email })}>
              {t('settings.remove')}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
