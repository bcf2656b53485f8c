// The browsers that are logged in.

import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Id, UTCDate } from '../jmap/types'
import { useRecords } from './records'

interface WebSession {
  id: Id
  createdAt: UTCDate
  lastSeenAt: UTCDate
  address: string
  userAgent: string
  isCurrent: boolean
}

export function Sessions({ client }: { client: JMAPClient }) {
  const t = useText()
  const format = useFormat()
  const { list, remove } = useRecords<WebSession>(client, 'WebSession')
  const sorted = [...(list ?? [])].sort((one, other) => Number(other.isCurrent) - Number(one.isCurrent) || other.lastSeenAt.localeCompare(one.lastSeenAt))
  return (
    <>
      <h3>{t('settings.sessions')}</h3>
      <p className="settings-hint">{t('settings.sessionsHint')}</p>
      <ul className="settings-list">
        {sorted.map((session) => {
          const name = browserName(session.userAgent)
          return (
            <li key={session.id} className="settings-item">
              <div className="settings-main">
                <strong>{name}</strong>
                <small>
                  {session.address} · {session.isCurrent ? t('settings.thisBrowser') : format.relative(session.lastSeenAt)}
                </small>
              </div>
              {!session.isCurrent && (
                <button type="button" className="button quiet" aria-label={t('settings.endNamed', { name })} onClick={() => void remove(session.id)}>
                  {t('settings.end')}
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </>
  )
}

const browsers: [RegExp, string][] = [
  [/\bEdg/, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrome\/|\bHeadlessChrome\/|\bChromium\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** `Firefox, Linux` of a User-Agent field. */
export function browserName(userAgent: string): string {
  const find = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent))?.[1]
  return [find(browsers), find(systems)].filter((one) => one !== undefined).join(', ') || userAgent.slice(0, 60) || '?'
}
