// Sends a letter: the message, its submission and what becomes of the draft, in one request (RFC 8621 §7.5).

import type { JMAPClient } from '../jmap/client'
import { Refused, response } from '../jmap/client'
import type { Call, Email, EmailSubmission, Id, Identity, SetResponse } from '../jmap/types'
import { distinct } from './addresses'
import { messageOf, type Letter } from './letter'
import type { WritingDesk } from './openLetter'

export const submissionCapability = 'urn:ietf:params:jmap:submission'
/** How long a letter can be called back. The server holds it: closing the tab neither stops nor hastens it. */
export const undoSeconds = 10

export type SendTime = { kind: 'now' } | { kind: 'later'; at: Date }

/** A letter that the server has. */
export interface Sent {
  submissionId: Id
  emailId: Id
  sendAt: string
  kind: SendTime['kind']
  /** Whether the server can still be asked not to send it. */
  recall: 'possible' | 'impossible'
}

/** How long the server holds letters at most, in seconds (RFC 8621 §1.3.2). */
export function holdSecondsMax(client: JMAPClient): number {
  const account = client.session.accounts[client.accountId]
  return Number(account?.accountCapabilities[submissionCapability]?.maxDelayedSend ?? 0)
}

export async function send(client: JMAPClient, letter: Letter, identity: Identity, desk: WritingDesk, when: SendTime): Promise<Sent> {
  const canHold = holdSecondsMax(client) >= undoSeconds
  const hold = when.kind === 'later' ? { HOLDUNTIL: utc(when.at) } : canHold ? { HOLDFOR: String(undoSeconds) } : null
  const notify = letter.deliveryReceipt === 'asked' ? { NOTIFY: 'SUCCESS,FAILURE,DELAY' } : null
  const recipients = distinct([...letter.to, ...letter.cc, ...letter.bcc])
  const calls: Call[] = [
    ['Email/set', { create: { letter: messageOf(letter, identity, desk.draftsId) } }, 'email'],
    [
      'EmailSubmission/set',
      {
        create: {
          sending: {
            identityId: identity.id,
            emailId: '#letter',
            envelope: {
              mailFrom: { email: identity.email, parameters: hold },
              rcptTo: recipients.map(({ email }) => ({ email, parameters: notify })),
            },
          },
        },
        onSuccessUpdateEmail: {
          '#sending': {
            [`mailboxIds/${desk.draftsId}`]: null,
            [`mailboxIds/${desk.sentId}`]: true,
            'keywords/$draft': null,
          },
        },
      },
      'submission',
    ],
  ]
  const responses = await client.call(calls)
  const email = response<SetResponse<{ id: Id }>>(responses, 'email')
  const emailId = email.created?.letter?.id
  if (emailId === undefined) throw refusal(email.notCreated?.letter)
  const submission = response<SetResponse<EmailSubmission>>(responses, 'submission')
  const made = submission.created?.sending
  if (made === undefined) {
    // The message is a draft that nobody asked for: the one that was saved while writing is still there.
    await client.request('Email/set', { destroy: [emailId] }).catch(() => {})
    throw refusal(submission.notCreated?.sending)
  }
  await tidy(client, letter)
  const sendAt = made.sendAt ?? new Date(Date.now() + (hold === null ? 0 : undoSeconds * 1000)).toISOString()
  return { submissionId: made.id, emailId, sendAt, kind: when.kind, recall: hold === null ? 'impossible' : 'possible' }
}

function refusal(error: { type: string; description?: string | null } | undefined): Refused {
  return new Refused(error?.type ?? 'serverFail', error?.description ?? null)
}

/** The draft goes, and the message that was answered is marked so. The letter is on its way whether or not this succeeds. */
async function tidy(client: JMAPClient, letter: Letter): Promise<void> {
  const { emailId, origin } = letter
  if (emailId === null && origin === null) return
  await client
    .request('Email/set', {
      ...(origin === null ? {} : { update: { [origin.emailId]: { [`keywords/${origin.keyword}`]: true } } }),
      ...(emailId === null ? {} : { destroy: [emailId] }),
    })
    .catch(() => {})
}

/** Calls a letter back: it is a draft again. Throws when it has gone. */
export async function recall(client: JMAPClient, sent: Pick<Sent, 'submissionId' | 'emailId'>, desk: { draftsId: Id; sentId: Id }): Promise<Email> {
  const answer = await client.request<SetResponse<EmailSubmission>>('EmailSubmission/set', {
    update: { [sent.submissionId]: { undoStatus: 'canceled' } },
  })
  const error = answer.notUpdated?.[sent.submissionId]
  if (error !== undefined) throw refusal(error)
  await client.request('Email/set', {
    update: {
      [sent.emailId]: {
        [`mailboxIds/${desk.draftsId}`]: true,
        [`mailboxIds/${desk.sentId}`]: null,
        'keywords/$draft': true,
      },
    },
  })
  return { id: sent.emailId } as Email
}

/** As RFC 8620 writes dates: without fractions of a second. */
export function utc(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z')
}
