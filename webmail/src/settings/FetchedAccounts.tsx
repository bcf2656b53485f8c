// Accounts elsewhere, whose mail is fetched into this one.

import { useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Id, UTCDate } from '../jmap/types'
import { useRecords } from './records'

interface RemoteAccount {
  id: Id
  name: string
  service: 'imap' | 'pop3'
  host: string
  userName: string
  lastRunAt: UTCDate | null
  lastSuccessAt: UTCDate | null
  lastError: string | null
  messages: number
}

export function FetchedAccounts({ client }: { client: JMAPClient }) {
  const t = useText()
  const format = useFormat()
  const { confirm, tell } = useDesk()
  const { list, create, update, remove } = useRecords<RemoteAccount>(client, 'RemoteAccount')
  const [adding, setAdding] = useState(false)
  const state = (account: RemoteAccount) => {
    if (account.lastError !== null) return account.lastError
    if (account.lastSuccessAt === null) return t('settings.neverFetched')
    return t('settings.fetchedSince', { n: account.messages, when: format.relative(account.lastSuccessAt) })
  }
  return (
    <>
      <h3>{t('settings.fetched')}</h3>
      <p className="settings-hint">{t('settings.fetchedHint')}</p>
      {list?.length === 0 && !adding && <p className="settings-empty">{t('settings.fetchedNone')}</p>}
      <ul className="settings-list">
        {list?.map((account) => (
          <li key={account.id} className="settings-item">
            <div className="settings-main">
              <strong dir="auto">{account.name}</strong>
              <small>{account.userName} · {account.host} ({account.service.toUpperCase()})</small>
              <small className={account.lastError === null ? '' : 'problem'}>{state(account)}</small>
            </div>
            <button type="button" className="button quiet" aria-label={t('settings.fetchNamed', { name: account.name })}
              onClick={() => void update(account.id, { isDue: true }).then((done) => done && tell(t('settings.fetching')))}>
              {t('settings.fetchNow')}
            </button>
            <button type="button" className="button quiet" aria-label={t('settings.removeNamed', { name: account.name })}
              onClick={() => void confirm('settings.removeQuestion', { name: account.name }, 'settings.remove').then((yes) => yes && remove(account.id))}>
              {t('settings.remove')}
            </button>
          </li>
        ))}
      </ul>
      {adding ? (
        <RemoteForm onAdd={async (record) => {
          if ((await create(record)) !== undefined) setAdding(false)
        }} onCancel={() => setAdding(false)} />
      ) : (
        <button type="button" className="button" onClick={() => setAdding(true)}>{t('settings.addFetched')}</button>
      )}
    </>
  )
}

function RemoteForm({ onAdd, onCancel }: { onAdd: (record: Record<string, unknown>) => Promise<void>; onCancel: () => void }) {
  const t = useText()
  const [service, setService] = useState<'imap' | 'pop3'>('imap')
  const [host, setHost] = useState('')
  const [userName, setUserName] = useState('')
  const [password, setPassword] = useState('')
  return (
    <form
      className="settings-card"
      onSubmit={(event) => {
        event.preventDefault()
        void onAdd({ name: userName.trim(), service, host: host.trim(), userName: userName.trim(), password })
      }}
    >
      <label className="field">
        <span>{t('settings.service')}</span>
        <select value={service} onChange={(event) => setService(event.target.value as 'imap' | 'pop3')}>
          <option value="imap">IMAP</option>
          <option value="pop3">POP3</option>
        </select>
      </label>
      <label className="field">
        <span>{t('settings.host')}</span>
        <input required value={host} placeholder="imap.example.org" spellCheck={false} onChange={(event) => setHost(event.target.value)} />
      </label>
      <label className="field">
        <span>{t('settings.userName')}</span>
        <input required value={userName} autoComplete="off" spellCheck={false} onChange={(event) => setUserName(event.target.value)} />
      </label>
      <label className="field">
        <span>{t('login.password')}</span>
        <input type="password" required value={password} autoComplete="off" onChange={(event) => setPassword(event.target.value)} />
      </label>
      <div className="settings-buttons">
        <button type="submit" className="button primary">{t('settings.add')}</button>
        <button type="button" className="button" onClick={onCancel}>{t('action.cancel')}</button>
      </div>
    </form>
  )
}
