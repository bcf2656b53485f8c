import { useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { explain } from '../app/errors'
import { useText } from '../i18n'
import { Dialog } from '../ui/Dialog'
import type { Email } from '../jmap/types'

/** Characters shown; a page with more of them is slow. */
const shownMax = 200_000

/** The message as it stands in the store. */
export function SourceDialog({ email, onClose }: { email: Email; onClose: () => void }) {
  const { client } = useDesk()
  const t = useText()
  const [source, setSource] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    client.text(email.blobId).then(setSource, (error) => setProblem(explain(error, t)))
  }, [client, email.blobId, t])
  const copy = async () => {
    await navigator.clipboard?.writeText(source ?? '')
    setCopied(true)
  }
  return (
    <Dialog title={t('read.sourceTitle')} size="large" onClose={onClose}>
      <div className="dialog-tools">
        <button type="button" className="button" onClick={copy} disabled={source === null}>{t(copied ? 'read.copied' : 'read.copy')}</button>
        <a className="button" href={client.downloadURL(email.blobId, 'message.eml', 'message/rfc822')} download="message.eml">{t('read.download')}</a>
      </div>
      {problem && <p role="alert" className="problem">{problem}</p>}
      {source === null && !problem && <p>{t('app.loading')}</p>}
      {source !== null && source.length > shownMax && <p>{t('read.fullSource')}</p>}
      {source !== null && <pre className="source" tabIndex={0}>{source.slice(0, shownMax)}</pre>}
    </Dialog>
  )
}
