import { useEffect, useRef, useState } from 'react'
import { useText } from '../i18n'
import { Icon } from '../ui/Icon'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'problem'
  undo: (() => Promise<void>) | null
}

const shownMilliseconds = 10_000

/** What happened, at the window's edge, with what takes it back. It waits while one looks at it. */
export function ToastView({ toast, onClose }: { toast: Toast | null; onClose: () => void }) {
  const t = useText()
  const [isHeld, setHeld] = useState(false)
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    if (!toast || isHeld) return
    const timer = setTimeout(() => close.current(), shownMilliseconds)
    return () => clearTimeout(timer)
  }, [toast, isHeld])
  return (
    <div className="toasts" role={toast?.kind === 'problem' ? 'alert' : 'status'} onMouseEnter={() => setHeld(true)} onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      {toast && (
        <div key={toast.id} className={`toast ${toast.kind}`}>
          <span className="toast-text">{toast.text}</span>
          {toast.undo && (
            <button type="button" className="toast-undo" onClick={() => {
              void toast.undo?.()
              onClose()
            }}>{t('action.undo')}</button>
          )}
          <button type="button" className="icon-button small" aria-label={t('action.close')} onClick={onClose}><Icon name="close" size={18} /></button>
        </div>
      )}
    </div>
  )
}
