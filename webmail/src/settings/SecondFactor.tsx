// A code beside the password (TOTP, RFC 6238).

import { useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { Changed } from './PasswordForm'
import { qrCode, qrPath } from './qr'
import { Secret } from './Secret'

interface Facts extends Changed {
  state: 'off' | 'pending' | 'on'
  recoveryCodesLeft: number
  secret?: string
  uri?: string
  recoveryCodes?: string[]
}

export function SecondFactor({ client }: { client: JMAPClient }) {
  const t = useText()
  const { fail, tell } = useDesk()
  const [facts, setFacts] = useState<Facts>()
  const [text, setText] = useState('')
  const [problem, setProblem] = useState('')
  useEffect(() => {
    client.request<Facts>('SecondFactor/get').then(setFacts, fail)
  }, [client, fail])

  const act = async (args: Record<string, string>) => {
    try {
      const answer = await client.request<Facts>('SecondFactor/set', args)
      if (answer.error !== undefined) {
        const { type, description } = answer.error
        const known = type === 'wrongPassword' ? t('settings.wrongPassword') : type === 'wrongCode' ? t('settings.wrongCode') : description
        return setProblem(known)
      }
      setProblem('')
      setText('')
      setFacts(answer)
      if (args.action === 'end') tell(t('settings.factorOff'))
    } catch (error) {
      fail(error)
    }
  }

  if (facts === undefined) return <p role="status">{t('app.loading')}</p>
  const isSettingUp = facts.state === 'pending' && facts.uri !== undefined
  const field = isSettingUp ? 'code' : 'password'
  const action = isSettingUp ? 'confirm' : facts.state === 'on' ? 'end' : 'begin'
  return (
    <form
      className="settings-form"
      onSubmit={(event) => {
        event.preventDefault()
        void act({ action, [field]: text.trim() })
      }}
    >
      <h3>{t('settings.factor')}</h3>
      <p className="settings-hint">{t(facts.state === 'on' ? 'settings.factorIsOn' : 'settings.factorHint', { n: facts.recoveryCodesLeft })}</p>
      {isSettingUp && <SetUp uri={facts.uri ?? ''} secret={facts.secret ?? ''} />}
      {facts.recoveryCodes !== undefined && (
        <div className="notice made">
          <p>{t('settings.recoveryCodes')}</p>
          <Secret text={facts.recoveryCodes.join('\n')} label={t('settings.recoveryLabel')} />
        </div>
      )}
      <label className="field">
        <span>{t(isSettingUp ? 'settings.factorCode' : 'settings.oldPassword')}</span>
        {isSettingUp ? (
          <input key="code" inputMode="numeric" autoComplete="one-time-code" required value={text} onChange={(event) => setText(event.target.value)} />
        ) : (
          <input key="password" type="password" autoComplete="current-password" required value={text} onChange={(event) => setText(event.target.value)} />
        )}
      </label>
      {problem !== '' && <p className="problem" role="alert">{problem}</p>}
      <button type="submit" className={facts.state === 'on' ? 'button' : 'button primary'}>
        {t(isSettingUp ? 'settings.factorConfirm' : facts.state === 'on' ? 'settings.factorEnd' : 'settings.factorBegin')}
      </button>
    </form>
  )
}

function SetUp({ uri, secret }: { uri: string; secret: string }) {
  const t = useText()
  const code = qrCode(uri)
  return (
    <div className="factor-setup">
      {code !== undefined && (
        <svg className="qr" viewBox={`-4 -4 ${code.length + 8} ${code.length + 8}`} role="img" aria-label={t('settings.qr')} shapeRendering="crispEdges">
          <rect x="-4" y="-4" width="100%" height="100%" fill="#fff" />
          <path d={qrPath(code)} fill="#000" />
        </svg>
      )}
      <div>
        <p>{t('settings.factorScan')}</p>
        <Secret text={secret} label={t('settings.factorSecret')} />
      </div>
    </div>
  )
}
