// How the webmail looks and speaks, and whose images it shows.

import { useDesk } from '../app/context'
import { applyTheme, storedTheme, type Theme } from '../app/appearance'
import { languages, useSpeech } from '../i18n'
import { useObserved } from '../mail/Observable'

export function Appearance() {
  const { t, language, setLanguage } = useSpeech()
  const { settings, fail } = useDesk()
  useObserved(settings)
  const change = (values: typeof settings.values) => void settings.change(values).catch(fail)
  const trusted = settings.values.trustedImageSenders ?? []
  const themes: Theme[] = ['system', 'light', 'dark']
  return (
    <>
      <h3>{t('settings.language')}</h3>
      <div className="choices" role="radiogroup" aria-label={t('settings.language')}>
        {languages.map(({ id, name }) => (
          <label key={id} className="choice">
            <input type="radio" name="language" checked={id === language} onChange={() => {
              setLanguage(id)
              change({ language: id })
            }} />
            <span lang={id}>{name}</span>
          </label>
        ))}
      </div>
      <h3>{t('settings.theme')}</h3>
      <div className="choices" role="radiogroup" aria-label={t('settings.theme')}>
        {themes.map((theme) => (
          <label key={theme} className="choice">
            <input type="radio" name="theme" checked={theme === (settings.values.theme ?? storedTheme())} onChange={() => {
              applyTheme(theme)
              change({ theme })
            }} />
            <span>{t(`settings.theme.${theme}`)}</span>
          </label>
        ))}
      </div>
      <h3>{t('settings.writing')}</h3>
      <div className="choices" role="radiogroup" aria-label={t('settings.writing')}>
        {(['rich', 'plain'] as const).map((format) => (
          <label key={format} className="choice">
            <input type="radio" name="format" checked={format === (settings.values.compose ?? 'rich')} onChange={() => change({ compose: format })} />
            <span>{t(`compose.${format}`)}</span>
          </label>
        ))}
      </div>
      <h3>{t('settings.trusted')}</h3>
      {trusted.length === 0 ? (
        <p className="settings-empty">{t('settings.trustedNone')}</p>
      ) : (
        <ul className="settings-list">
          {trusted.map((sender) => (
            <li key={sender} className="settings-item">
              <span className="settings-main" dir="auto">{sender}</span>
              <button type="button" className="button quiet" aria-label={t('settings.removeNamed', { name: sender })}
                onClick={() => change({ trustedImageSenders: trusted.filter((other) => other !== sender) })}>
                {t('settings.remove')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
