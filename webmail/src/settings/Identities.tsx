// Names and signatures of the addresses that one writes from.

import { useState } from 'react'
import { useDesk } from '../app/context'
import { escapeHTML } from '../compose/convert'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { Identity } from '../jmap/types'
import { useObserved } from '../mail/Observable'
import { type Records, useRecords } from './records'

export function Identities({ client }: { client: JMAPClient }) {
  const t = useText()
  const { settings, fail } = useDesk()
  useObserved(settings)
  const records = useRecords<Identity>(client, 'Identity')
  const [adding, setAdding] = useState(false)
  const list = records.list ?? []
  return (
    <>
      <h3>{t('settings.identities')}</h3>
      <p className="settings-hint">{t('settings.identitiesHint')}</p>
      {list.map((identity) => (
        <IdentityForm key={identity.id} identity={identity} records={records} />
      ))}
      {list.length > 1 && (
        <label className="field">
          <span>{t('settings.usualIdentity')}</span>
          <select value={settings.values.identityId ?? list[0]?.id} onChange={(event) => void settings.change({ identityId: event.target.value }).catch(fail)}>
            {list.map(({ id, name, email }) => (
              <option key={id} value={id}>{name ? `${name} <${email}>` : email}</option>
            ))}
          </select>
        </label>
      )}
      {adding ? (
        <IdentityForm identity={null} records={records} onDone={() => setAdding(false)} />
      ) : (
        <button type="button" className="button" onClick={() => setAdding(true)}>{t('settings.addIdentity')}</button>
      )}
    </>
  )
}

function IdentityForm({ identity, records, onDone }: { identity: Identity | null; records: Records<Identity>; onDone?: () => void }) {
  const t = useText()
  const { tell, confirm } = useDesk()
  const [name, setName] = useState(identity?.name ?? '')
  const [email, setEmail] = useState(identity?.email ?? '')
  const [signature, setSignature] = useState(identity?.textSignature ?? '')
  const isChanged = identity === null || name !== identity.name || signature !== identity.textSignature

  const save = async () => {
    // One signature for both: the rich one is the plain one in paragraphs, unless a program has set another.
    const html = signature.trim() === '' ? '' : signature.split('\n').map((line) => `<p>${escapeHTML(line)}</p>`).join('')
    const values = { name: name.trim(), textSignature: signature, htmlSignature: html }
    const isSaved =
      identity === null ? (await records.create({ ...values, email: email.trim() })) !== undefined : await records.update(identity.id, values)
    if (!isSaved) return
    tell(t('settings.savedNote'))
    onDone?.()
  }

  return (
    <form
      className="settings-card"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      {identity === null ? (
        <label className="field">
          <span>{t('settings.address')}</span>
          <input type="email" required value={email} onChange={(event) => setEmail(event.target.value)} />
        </label>
      ) : (
        <h4 dir="auto">{identity.email}</h4>
      )}
      <label className="field">
        <span>{t('settings.name')}</span>
        <input value={name} maxLength={200} autoComplete="name" onChange={(event) => setName(event.target.value)} />
      </label>
      <label className="field">
        <span>{t('settings.signature')}</span>
        <textarea rows={4} dir="auto" maxLength={10_000} value={signature} onChange={(event) => setSignature(event.target.value)} />
      </label>
      <div className="settings-buttons">
        <button type="submit" className="button primary" disabled={!isChanged}>{t('action.save')}</button>
        {identity === null && <button type="button" className="button" onClick={onDone}>{t('action.cancel')}</button>}
        {identity?.mayDelete && (
          <button type="button" className="button quiet"
            onClick={() => void confirm('settings.removeQuestion', { name: identity.email }, 'settings.remove').then((yes) => yes && records.remove(identity.id))}>
            {t('settings.remove')}
          </button>
        )}
      </div>
    </form>
  )
}
