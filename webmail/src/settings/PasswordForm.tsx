// Changes the account's password.

import { useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'

/** What `Password/set` and `SecondFactor/set` answer. */
export interface Changed {
  changed?: boolean
  error?: { type: string; description: string }
}

const passwordLengthMin = 8

export function PasswordForm({ client }: { client: JMAPClient }) {
  const t = useText()
  const { tell, fail } = useDesk()
  const [old, setOld] = useState('')
  const [first, setFirst] = useState('')
  const [second, setSecond] = useState('')
  const [problem, setProblem] = useState('')

  const submit = async () => {
    if (first.length < passwordLengthMin) return setProblem(t('settings.passwordShort', { n: passwordLengthMin }))
    if (first !== second) return setProblem(t('settings.passwordsDiffer'))
    try {
      const answer = await client.request<Changed>('Password/set', { oldPassword: old, newPassword: first })
      if (answer.error?.type === 'wrongPassword') return setProblem(t('settings.wrongPassword'))
      if (answer.error !== undefined) return setProblem(answer.error.description)
      setOld('')
      setFirst('')
      setSecond('')
      setProblem('')
      tell(t('settings.passwordChanged'))
    } catch (error) {
      fail(error)
    }
  }

  return (
    <form
      className="settings-form"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <h3>{t('settings.password')}</h3>
      <input type="text" name="username" autoComplete="username" value={client.session.username} readOnly hidden />
      <label className="field">
        <span>{t('settings.oldPassword')}</span>
        <input type="password" autoComplete="current-password" required value={old} onChange={(event) => setOld(event.target.value)} />
      </label>
      <label className="field">
        <span>{t('settings.newPassword')}</span>
        <input type="password" autoComplete="new-password" required value={first} onChange={(event) => setFirst(event.target.value)} />
      </label>
      <label className="field">
        <span>{t('settings.repeatPassword')}</span>
        <input type="password" autoComplete="new-password" required value={second} onChange={(event) => setSecond(event.target.value)} />
      </label>
      {problem !== '' && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className="button primary">{t('settings.changePassword')}</button>
      <p className="settings-hint">{t('settings.passwordHint')}</p>
    </form>
  )
}
