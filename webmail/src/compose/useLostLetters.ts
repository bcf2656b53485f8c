// Brings back what a crash left on this device.

import { useEffect } from 'react'
import type { Desk } from '../app/context'
import { useText } from '../i18n'
import { lostLetters } from './DraftKeeper'

/** Letters opened again at once: more would cover the screen, and come the next time. */
const openedMax = 2

export function useLostLetters({ client, compose, tell }: Desk): void {
  const t = useText()
  useEffect(() => {
    void lostLetters(client.accountId).then((letters) => {
      for (const letter of letters.slice(0, openedMax)) compose({ mode: 'new', recovered: letter })
      if (letters.length > 0) tell(t('compose.recovered', { n: letters.length }))
    })
    // Once, when the mail is opened.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client])
}
