// What is looked at before a letter goes.

import type { TextKey, Values } from '../i18n'
import { namesAttachment } from './attachmentWords'
import { type Letter, writtenText } from './letter'

/** `stop`: it cannot go so; `ask`: it can, if that is meant. */
export interface Finding {
  kind: 'stop' | 'ask'
  key: TextKey
  values?: Values
}

export function check(letter: Letter): Finding[] {
  const recipients = [...letter.to, ...letter.cc, ...letter.bcc]
  const invalid = recipients.filter((one) => !one.valid)
  if (invalid.length > 0) {
    return [{ kind: 'stop', key: 'compose.checkInvalid', values: { addresses: invalid.map((one) => one.email).join(', ') } }]
  }
  if (recipients.length === 0) return [{ kind: 'stop', key: 'compose.checkNobody' }]
  const findings: Finding[] = []
  const files = letter.attachments.filter((one) => one.cid === null)
  if (files.length === 0 && namesAttachment(`${letter.subject}\n${writtenText(letter)}`)) {
    findings.push({ kind: 'ask', key: 'compose.checkAttachment' })
  }
  if (letter.subject.trim() === '') findings.push({ kind: 'ask', key: 'compose.checkSubject' })
  return findings
}
