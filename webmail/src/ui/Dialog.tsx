// Dialogs on the browser's own <dialog>: it keeps the focus inside, closes with Escape, and hides the rest.

import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { Icon } from './Icon'
import { useText } from '../i18n'

interface Props {
  title: string
  onClose: () => void
  children: ReactNode
  size?: 'small' | 'medium' | 'large'
  /** Cannot be closed. */
  firm?: boolean
}

export function Dialog({ title, onClose, children, size = 'medium', firm = false }: Props) {
  const t = useText()
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement as HTMLElement | null
    if (!element?.open) element?.showModal()
    return () => {
      element?.close()
      before?.focus?.()
    }
  }, [])
  return (
    <dialog ref={dialog} className={`dialog dialog-${size}`} aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        if (!firm) onClose()
      }}
      onKeyDown={(event) => event.stopPropagation()}
      onMouseDown={(event) => {
        if (event.target === dialog.current && !firm) onClose()
      }}>
      <div className="dialog-frame">
        <header className="dialog-head">
          <h2 id={heading}>{title}</h2>
          {!firm && (
            <button type="button" className="icon-button" aria-label={t('action.close')} title={t('action.close')} onClick={onClose}>
              <Icon name="close" />
            </button>
          )}
        </header>
        <div className="dialog-body">{children}</div>
      </div>
    </dialog>
  )
}

/** A question, and two buttons. */
export function Confirm({ text, action, onAnswer }: { text: string; action: string; onAnswer: (yes: boolean) => void }) {
  const t = useText()
  return (
    <Dialog title={action} size="small" onClose={() => onAnswer(false)}>
      <p className="dialog-text">{text}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" autoFocus onClick={() => onAnswer(false)}>{t('action.cancel')}</button>
        <button type="button" className="button danger" onClick={() => onAnswer(true)}>{action}</button>
      </div>
    </Dialog>
  )
}

/** Asks for one line of text. */
export function Prompt({ title, label, action, value = '', onAnswer }: {
  title: string
  label: string
  action: string
  value?: string
  onAnswer: (text: string | null) => void
}) {
  const t = useText()
  const [text, setText] = useState(value)
  return (
    <Dialog title={title} size="small" onClose={() => onAnswer(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim()) onAnswer(text.trim())
        }}>
        <label className="field">
          <span>{label}</span>
          <input value={text} autoFocus maxLength={200} onFocus={(event) => event.target.select()} onChange={(event) => setText(event.target.value)} />
        </label>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={() => onAnswer(null)}>{t('action.cancel')}</button>
          <button type="submit" className="button primary" disabled={!text.trim()}>{action}</button>
        </div>
      </form>
    </Dialog>
  )
}
