import { useState } from 'react'
import { applyTheme, storedTheme, type Theme } from './appearance'
import { useDesk } from './context'
import { notificationsAllowed } from './arrivals'
import type { Route } from './route'
import { languages, useSpeech } from '../i18n'
import { useObserved } from '../mail/Observable'
import { SearchBox } from '../search/SearchBox'
import { Avatar } from '../ui/Avatar'
import { Icon, Mark } from '../ui/Icon'
import { MenuButton } from '../ui/Menu'

interface Props {
  route: Route
  onMenu: () => void
  onHelp: () => void
  onSettings: () => void
  onLogout: () => void
}

/** The line at the top: the mark, the search box, one's account. */
export function Header({ route, onMenu, onHelp, onSettings, onLogout }: Props) {
  const { client, settings, tell } = useDesk()
  const { t, language, setLanguage } = useSpeech()
  useObserved(settings)
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const user = client.session.username
  const keep = (values: typeof settings.values) => void settings.change(values).catch(() => {})
  const chooseTheme = (chosen: Theme) => {
    applyTheme(chosen)
    setTheme(chosen)
    keep({ theme: chosen })
  }
  const askForNotifications = async () => {
    const answer = await Notification.requestPermission()
    tell(t(answer === 'granted' ? 'app.notifyOn' : 'app.notifyBlocked'))
  }
  const grouping = settings.grouping
  return (
    <header className="header">
      <button type="button" className="icon-button header-menu" aria-label={t('app.menu')} title={t('app.menu')} onClick={onMenu}><Icon name="menu" /></button>
      <a className="brand" href="#/inbox" aria-label="Paloma"><Mark /><span>Paloma</span></a>
      <SearchBox route={route} />
      <div className="header-end">
        <button type="button" className="icon-button wide-only" aria-label={t('app.shortcuts')} title={`${t('app.shortcuts')} (?)`} onClick={onHelp}><Icon name="keyboard" /></button>
        <button type="button" className="icon-button wide-only" aria-label={t('app.settings')} title={t('app.settings')} onClick={onSettings}><Icon name="gear" /></button>
        <MenuButton label={t('app.account')} className="account-button" items={[
          { heading: user },
          ...('Notification' in window && !notificationsAllowed() ? [{ label: t('app.notify'), icon: 'bell' as const, run: () => void askForNotifications() }] : []),
          { label: t('app.settings'), icon: 'gear', run: onSettings },
          { label: t('app.shortcuts'), icon: 'keyboard', shortcut: '?', run: onHelp },
          { heading: t('app.view') },
          ...(['conversations', 'messages'] as const).map((one) => ({
            label: t(`app.view.${one}`), checked: grouping === one, run: () => keep({ grouping: one }),
          })),
          { heading: t('app.theme') },
          ...(['system', 'light', 'dark'] as const).map((one) => ({ label: t(`app.theme.${one}`), checked: theme === one, run: () => chooseTheme(one) })),
          { heading: t('app.language') },
          ...languages.map(({ id, name }) => ({
            label: name, checked: language === id, run: () => {
              setLanguage(id)
              keep({ language: id })
            },
          })),
          'line',
          { label: t('app.logout'), icon: 'logout', run: onLogout },
        ]}>
          <Avatar who={{ name: null, email: user }} size={34} />
        </MenuButton>
      </div>
    </header>
  )
}
