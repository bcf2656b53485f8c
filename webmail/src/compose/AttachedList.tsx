// The attachments of a letter, and those on their way.

import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import { fileKind } from '../message/files'
import { FileIcon } from '../message/FileIcon'
import { Glyph } from './Glyph'
import type { Attached } from './letter'
import type { Upload } from './useUploads'

interface Props {
  attached: Attached[]
  uploads: Upload[]
  onRemove: (key: string) => void
  onCancel: (key: string) => void
}

export function AttachedList({ attached, uploads, onRemove, onCancel }: Props) {
  const t = useText()
  const format = useFormat()
  const shown = attached.filter((one) => one.cid === null)
  if (shown.length + uploads.length === 0) return null
  return (
    <ul className="attached" aria-label={t('compose.attachments')}>
      {shown.map((one) => (
        <li key={one.key} className="attached-item">
          <FileIcon kind={fileKind(one.type)} />
          <span className="attached-name" dir="auto" title={one.name}>{one.name}</span>
          <span className="attached-size">{format.size(one.size)}</span>
          <button type="button" className="icon-button small" onClick={() => onRemove(one.key)} aria-label={t('compose.removeFile', { name: one.name })}>
            <Glyph name="close" />
          </button>
        </li>
      ))}
      {uploads.map((one) => (
        <li key={one.key} className={one.state === 'going' ? 'attached-item going' : 'attached-item problem'}>
          <span className="attached-name" dir="auto" title={one.name}>{one.name}</span>
          {one.state === 'going' ? (
            <progress max={1} value={one.done} aria-label={t('compose.uploading', { name: one.name })} />
          ) : (
            <span className="attached-size" role="alert">
              {t(one.state === 'tooLarge' ? 'compose.tooLarge' : 'compose.uploadFailed')}
            </span>
          )}
          <button type="button" className="icon-button small" onClick={() => onCancel(one.key)} aria-label={t('compose.cancelUpload', { name: one.name })}>
            <Glyph name="close" />
          </button>
        </li>
      ))}
    </ul>
  )
}
