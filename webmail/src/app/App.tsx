import { useCallback, useEffect, useMemo, useState } from 'react'
import { LoginPage } from './Login'
import { Shell } from './Shell'
import { JMAPClient } from '../jmap/client'
import { preferredLanguage, SpeechContext, texts, useText, type Language, type Speech } from '../i18n'
import { Mark } from '../ui/Icon'

const languageKey = 'paloma.language'

function storedLanguage(): Language {
  const stored = localStorage.getItem(languageKey)
  return stored === 'en' || stored === 'es' ? stored : preferredLanguage()
}

type State = { kind: 'starting' } | { kind: 'unreachable' } | { kind: 'out' } | { kind: 'in'; client: JMAPClient }

export function App() {
  const [language, choose] = useState(storedLanguage)
  const [state, setState] = useState<State>({ kind: 'starting' })
  const setLanguage = useCallback((chosen: Language) => {
    localStorage.setItem(languageKey, chosen)
    choose(chosen)
  }, [])
  const speech = useMemo<Speech>(() => ({ language, t: texts(language), setLanguage }), [language, setLanguage])

  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const start = useCallback(() => {
    setState({ kind: 'starting' })
    JMAPClient.resume().then(
      (client) => setState(client ? { kind: 'in', client } : { kind: 'out' }),
      () => setState({ kind: 'unreachable' }),
    )
  }, [])
  useEffect(start, [start])

  return (
    <SpeechContext.Provider value={speech}>
      {state.kind === 'starting' && <div className="starting"><Mark size={56} /></div>}
      {state.kind === 'unreachable' && <UnreachablePage onRetry={start} />}
      {state.kind === 'out' && <LoginPage onLogin={(client) => setState({ kind: 'in', client })} />}
      {state.kind === 'in' && <Shell client={state.client} onLogout={() => setState({ kind: 'out' })} />}
    </SpeechContext.Provider>
  )
}

function UnreachablePage({ onRetry }: { onRetry: () => void }) {
  const t = useText()
  return (
    <main className="login">
      <div className="login-card">
        <div className="login-brand"><Mark size={52} /><span>Paloma</span></div>
        <p role="alert">{t('error.unreachable')}</p>
        <button type="button" className="button primary wide" onClick={onRetry}>{t('action.tryAgain')}</button>
      </div>
    </main>
  )
}
