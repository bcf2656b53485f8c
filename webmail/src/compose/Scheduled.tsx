// The letters that wait for their time: when they go, and how to keep them from it.

import { useCallback, useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import { type JMAPClient, response } from '../jmap/client'
import type { Email, EmailSubmission, GetResponse, QueryResponse } from '../jmap/types'
import { people } from '../message/people'
import { Dialog } from '../ui/Dialog'
import { openDesk } from './openLetter'
import { recall } from './send'

interface Waiting {
  submission: EmailSubmission
  email: Email | undefined
}

export async function waitingLetters(client: JMAPClient): Promise<Waiting[]> {
  const responses = await client.call([
    ['EmailSubmission/query', { filter: { undoStatus: 'pending' }, sort: [{ property: 'sentAt', isAscending: true }], limit: 200 }, 'q'],
    ['EmailSubmission/get', { '#ids': { resultOf: 'q', name: 'EmailSubmission/query', path: '/ids' } }, 's'],
    [
      'Email/get',
      {
        '#ids': { resultOf: 's', name: 'EmailSubmission/get', path: '/list/*/emailId' },
        properties: ['id', 'subject', 'to', 'cc', 'preview'],
      },
      'e',
    ],
  ])
  response<QueryResponse>(responses, 'q')
  const emails = response<GetResponse<Email>>(responses, 'e').list
  return response<GetResponse<EmailSubmission>>(responses, 's')
    .list.filter((submission) => submission.undoStatus === 'pending')
    .map((submission) => ({ submission, email: emails.find((one) => one.id === submission.emailId) }))
    .sort((one, other) => one.submission.sendAt.localeCompare(other.submission.sendAt))
}

export function Scheduled({ client, onClose }: { client: JMAPClient; onClose: () => void }) {
  const t = useText()
  const format = useFormat()
  const { compose, fail, tell, settings } = useDesk()
  const [list, setList] = useState<Waiting[]>()
  const load = useCallback(() => waitingLetters(client).then(setList, fail), [client, fail])
  useEffect(() => void load(), [load])

  const cancel = async ({ submission, email }: Waiting, then: 'keep' | 'edit') => {
    try {
      const { desk } = await openDesk(client, { mode: 'new' }, settings.values)
      await recall(client, { submissionId: submission.id, emailId: submission.emailId }, desk)
      if (then === 'edit') {
        onClose()
        compose({ mode: 'edit', email: email ?? ({ id: submission.emailId } as Email) })
      } else tell(t('compose.canceled'))
    } catch (error) {
      fail(error)
    }
    if (then === 'keep') void load()
  }

  return (
    <Dialog title={t('compose.scheduled')} onClose={onClose}>
      {list === undefined ? (
        <p role="status">{t('app.loading')}</p>
      ) : list.length === 0 ? (
        <p className="settings-empty">{t('compose.nothingScheduled')}</p>
      ) : (
        <ul className="scheduled">
          {list.map((waiting) => (
            <li key={waiting.submission.id} className="scheduled-item">
              <div className="scheduled-text">
                <strong dir="auto">{waiting.email?.subject || t('viewer.noSubject')}</strong>
                <span dir="auto">{people(waiting.email?.to) || waiting.submission.envelope?.rcptTo.map((one) => one.email).join(', ')}</span>
                <time dateTime={waiting.submission.sendAt}>{format.full(waiting.submission.sendAt)}</time>
              </div>
              <button type="button" className="button" onClick={() => void cancel(waiting, 'edit')}>{t('compose.editScheduled')}</button>
              <button type="button" className="button quiet" onClick={() => void cancel(waiting, 'keep')}>{t('compose.cancelScheduled')}</button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
