import { Fragment } from 'react'
import { shortcuts } from './shortcuts'
import { useText } from '../i18n'
import { Dialog } from '../ui/Dialog'

/** The list of shortcuts. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const t = useText()
  return (
    <Dialog title={t('keys.title')} size="large" onClose={onClose}>
      <div className="shortcuts">
        {(['moving', 'actions'] as const).map((group) => (
          <section key={group}>
            <h3>{t(`keys.${group}`)}</h3>
            <dl>
              {shortcuts.filter((shortcut) => shortcut.group === group).map((shortcut) => (
                <Fragment key={shortcut.command}>
                  <dt>
                    {shortcut.keys.map((keys, index) => (
                      <Fragment key={keys}>
                        {index > 0 && <span> · </span>}
                        {keys.split(' ').map((key, number) => (
                          <Fragment key={number}>
                            {number > 0 && <span className="then"> {t('keys.then')} </span>}
                            <kbd>{key}</kbd>
                          </Fragment>
                        ))}
                      </Fragment>
                    ))}
                  </dt>
                  <dd>{t(shortcut.text)}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
