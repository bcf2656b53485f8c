// Picks the time at which a letter goes.

import { useState } from 'react'
import { useSpeech } from '../i18n'

/** The usual times, from `now` on. */
export function usualTimes(now: Date): { key: 'tomorrowMorning' | 'tomorrowAfternoon' | 'monday'; at: Date }[] {
  const at = (days: number, hour: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour)
  const untilMonday = ((8 - now.getDay()) % 7 || 7) as number
  return [
    { key: 'tomorrowMorning', at: at(1, 8) },
    { key: 'tomorrowAfternoon', at: at(1, 13) },
    ...(untilMonday > 1 ? [{ key: 'monday' as const, at: at(untilMonday, 8) }] : []),
  ]
}

export function SendLater({ secondsMax, onChoose }: { secondsMax: number; onChoose: (at: Date) => void }) {
  const { t, language } = useSpeech()
  const [text, setText] = useState('')
  const now = new Date()
  const last = new Date(now.getTime() + secondsMax * 1000)
  const show = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })
  const chosen = new Date(text)
  const isPossible = !Number.isNaN(chosen.getTime()) && chosen > now && chosen <= last
  return (
    <div className="send-times">
      {usualTimes(now)
        .filter(({ at }) => at <= last)
        .map(({ key, at }) => (
          <button key={key} type="button" className="send-time" onClick={() => onChoose(at)}>
            <span>{t(`compose.${key}`)}</span>
            <span>{show.format(at)}</span>
          </button>
        ))}
      <form
        className="send-own-time"
        onSubmit={(event) => {
          event.preventDefault()
          if (isPossible) onChoose(chosen)
        }}
      >
        <label className="field">
          <span>{t('compose.ownTime')}</span>
          <input type="datetime-local" value={text} min={local(now)} max={local(last)} onChange={(event) => setText(event.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={!isPossible}>
          {t('compose.schedule')}
        </button>
      </form>
    </div>
  )
}

/** As `datetime-local` writes times. */
function local(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
