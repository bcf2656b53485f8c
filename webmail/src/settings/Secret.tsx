import { useState } from 'react'
import { Glyph } from '../compose/Glyph'
import { useText } from '../i18n'

/** A secret that is shown once, with a button that copies it. */
export function Secret({ text, label }: { text: string; label: string }) {
  const t = useText()
  const [isCopied, setCopied] = useState(false)
  return (
    <div className="secret">
      <output aria-label={label}>{text}</output>
      <button type="button" className="icon-button" aria-label={t('read.copy')} title={t('read.copy')}
        onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true), () => {})}>
        <Glyph name="copy" />
      </button>
      <span className="settings-hint" role="status">{isCopied ? t('read.copied') : ''}</span>
    </div>
  )
}
