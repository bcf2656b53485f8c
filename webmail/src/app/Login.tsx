import { useEffect, useRef, useState, type FormEvent } from 'react'
import { JMAPClient, LoginRefused } from '../jmap/client'
import { languages, useSpeech, type TextKey } from '../i18n'
import { Icon, Mark } from '../ui/Icon'

/** The form that logs in; asks for a code when the account wants one. */
export function LoginForm({ user: known, onLogin }: { user?: string; onLogin: (client: JMAPClient) => void }) {
  const { t } = useSpeech()
  const [user, setUser] = useState(known ?? '')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [wantsCode, setWantsCode] = useState(false)
  const [isShown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<TextKey | null>(null)
  const codeField = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (wantsCode) codeField.current?.focus()
  }, [wantsCode])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      onLogin(await JMAPClient.login(user.trim(), password, wantsCode ? code.replace(/\s/g, '') : undefined))
    } catch (error) {
      if (!(error instanceof LoginRefused)) setProblem('login.unreachable')
      else if (error.status === 429) setProblem('login.banned')
      else if (error.needsCode) {
        setProblem(wantsCode ? 'login.wrongCode' : null)
        setWantsCode(true)
      } else setProblem(error.status >= 500 ? 'error.server' : 'login.wrong')
      setBusy(false)
    }
  }
  return (
    <form className="login-form" onSubmit={submit}>
      {!wantsCode && (
        <>
          <label className="field">
            <span>{t('login.user')}</span>
            <input name="username" type="email" autoComplete="username" required autoFocus={!known} readOnly={known !== undefined} value={user}
              onChange={(event) => setUser(event.target.value)} spellCheck={false} autoCapitalize="none" />
          </label>
          <div className="field">
            <label htmlFor="password">{t('login.password')}</label>
            <span className="password">
              <input id="password" name="password" type={isShown ? 'text' : 'password'} autoComplete="current-password" required
                autoFocus={known !== undefined} value={password} onChange={(event) => setPassword(event.target.value)} />
              <button type="button" className="icon-button" aria-pressed={isShown} onClick={() => setShown(!isShown)}
                aria-label={t(isShown ? 'login.hide' : 'login.show')} title={t(isShown ? 'login.hide' : 'login.show')}>
                <Icon name="eye" />
              </button>
            </span>
          </div>
        </>
      )}
      {wantsCode && (
        <label className="field">
          <span>{t('login.code')}</span>
          <input ref={codeField} name="code" inputMode="text" autoComplete="one-time-code" required maxLength={32} value={code}
            className="code" onChange={(event) => setCode(event.target.value)} />
          <small>{t('login.codeHint')}</small>
        </label>
      )}
      <p className="login-problem" role="alert">{problem && t(problem)}</p>
      <button className="button primary wide" disabled={busy}>{t(busy ? 'login.going' : 'login.go')}</button>
    </form>
  )
}

export function LoginPage({ onLogin }: { onLogin: (client: JMAPClient) => void }) {
  const { t, language, setLanguage } = useSpeech()
  return (
    <main className="login">
      <div className="login-card">
        <div className="login-brand"><Mark size={52} /><span>Paloma</span></div>
        <h1>{t('login.title')}</h1>
        <p className="login-hint">{t('login.titleHint')}</p>
        <LoginForm onLogin={onLogin} />
      </div>
      <div className="login-languages" role="group" aria-label={t('app.language')}>
        {languages.map(({ id, name }) => (
          <button key={id} type="button" lang={id} aria-pressed={id === language} onClick={() => setLanguage(id)}>{name}</button>
        ))}
      </div>
    </main>
  )
}
