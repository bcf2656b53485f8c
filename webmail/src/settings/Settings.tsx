// The settings: a list of subjects, and one of them.

import { useRef, useState } from 'react'
import { useText, type TextKey } from '../i18n'
import { accountCapability, type JMAPClient } from '../jmap/client'
import { Glyph, type GlyphName } from '../compose/Glyph'
import { Dialog } from '../ui/Dialog'
import { AddressBook } from './AddressBook'
import { Appearance } from './Appearance'
import { AppPasswords } from './AppPasswords'
import { FetchedAccounts } from './FetchedAccounts'
import { Identities } from './Identities'
import { PasswordForm } from './PasswordForm'
import { SecondFactor } from './SecondFactor'
import { Sessions } from './Sessions'

interface Subject {
  id: string
  name: TextKey
  glyph: GlyphName
  /** Needs what only our own server has. */
  needs: 'account' | 'nothing'
  Page: (props: { client: JMAPClient }) => JSX.Element
}

const subjects: Subject[] = [
  { id: 'appearance', name: 'settings.appearance', glyph: 'palette', needs: 'nothing', Page: Appearance },
  { id: 'identities', name: 'settings.identities', glyph: 'person', needs: 'nothing', Page: Identities },
  { id: 'addresses', name: 'settings.addresses', glyph: 'book', needs: 'account', Page: AddressBook },
  { id: 'password', name: 'settings.password', glyph: 'key', needs: 'account', Page: Security },
  { id: 'apps', name: 'settings.apps', glyph: 'shield', needs: 'account', Page: AppPasswords },
  { id: 'sessions', name: 'settings.sessions', glyph: 'screen', needs: 'account', Page: Sessions },
  { id: 'fetched', name: 'settings.fetched', glyph: 'fetch', needs: 'account', Page: FetchedAccounts },
]

function Security({ client }: { client: JMAPClient }) {
  return (
    <>
      <PasswordForm client={client} />
      <SecondFactor client={client} />
    </>
  )
}

export function Settings({ client, onClose }: { client: JMAPClient; onClose: () => void }) {
  const t = useText()
  const shown = subjects.filter(({ needs }) => needs === 'nothing' || accountCapability in client.session.capabilities)
  const [chosen, setChosen] = useState(shown[0] as Subject)
  const tabs = useRef<HTMLDivElement>(null)

  /** Arrows choose, as in any list of tabs (WAI-ARIA tabs pattern). */
  const move = (event: React.KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const next = shown[(shown.indexOf(chosen) + by + shown.length) % shown.length] as Subject
    setChosen(next)
    tabs.current?.querySelector<HTMLElement>(`#settings-tab-${next.id}`)?.focus()
  }

  return (
    <Dialog title={t('settings.title')} size="large" onClose={onClose}>
      <div className="settings">
        <div className="settings-tabs" role="tablist" aria-orientation="vertical" aria-label={t('settings.title')} ref={tabs} onKeyDown={move}>
          {shown.map((subject) => (
            <button key={subject.id} type="button" role="tab" id={`settings-tab-${subject.id}`} aria-selected={subject === chosen}
              aria-controls="settings-page" tabIndex={subject === chosen ? 0 : -1} className="settings-tab" onClick={() => setChosen(subject)}>
              <Glyph name={subject.glyph} />
              <span>{t(subject.name)}</span>
            </button>
          ))}
        </div>
        <div className="settings-page" id="settings-page" role="tabpanel" aria-labelledby={`settings-tab-${chosen.id}`} tabIndex={-1}>
          <chosen.Page client={client} />
        </div>
      </div>
    </Dialog>
  )
}
