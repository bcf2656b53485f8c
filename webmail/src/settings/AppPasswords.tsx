// Passwords for programs and devices, each with its name.

import { useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Id, UTCDate } from '../jmap/types'
import { useRecords } from './records'
import { Secret } from './Secret'

interface AppPassword {
  id: Id
  name: string
  createdAt: UTCDate
  lastUsedAt: UTCDate | null
  /** Only in the answer to its making. */
  password?: string
}

export function AppPasswords({ client }: { client: JMAPClient }) {
  const t = useText()
  const format = useFormat()
  const { confirm } = useDesk()
  const { list, create, remove } = useRecords<AppPassword>(client, 'AppPassword')
  const [name, setName] = useState('')
  const [made, setMade] = useState<{ name: string; password: string }>()

  const add = async () => {
    const answer = await create({ name: name.trim() })
    if (answer?.password === undefined) return
    setMade({ name: name.trim(), password: answer.password })
    setName('')
  }

  return (
    <>
      <h3>{t('settings.apps')}</h3>
      <p className="settings-hint">{t('settings.appsHint')}</p>
      <form
        className="settings-row"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') void add()
        }}
      >
        <label className="field">
          <span>{t('settings.appName')}</span>
          <input value={name} maxLength={100} placeholder={t('settings.appExample')} onChange={(event) => setName(event.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={name.trim() === ''}>{t('action.create')}</button>
      </form>
      {made !== undefined && (
        <div className="notice made">
          <p>{t('settings.appMade', { name: made.name })}</p>
          <Secret text={made.password} label={t('settings.appPassword')} />
        </div>
      )}
      {list?.length === 0 && <p className="settings-empty">{t('settings.appsNone')}</p>}
      <ul className="settings-list">
        {list?.map((one) => (
          <li key={one.id} className="settings-item">
            <div className="settings-main">
              <strong dir="auto">{one.name}</strong>
              <small>{one.lastUsedAt === null ? t('settings.neverUsed') : t('settings.lastUsed', { when: format.relative(one.lastUsedAt) })}</small>
            </div>
            <button type="button" className="button quiet" aria-label={t('settings.revokeNamed', { name: one.name })}
              onClick={() => void confirm('settings.revokeQuestion', { name: one.name }, 'settings.revoke').then((yes) => yes && remove(one.id))}>
              {t('settings.revoke')}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
