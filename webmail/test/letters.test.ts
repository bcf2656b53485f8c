import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { distinct, isAddress, readRecipients, writeRecipient } from '../src/compose/addresses'
import { answer, answeringIdentity, prefixed, quoteText, references } from '../src/compose/answer'
import { namesAttachment } from '../src/compose/attachmentWords'
import { escapeHTML, textToHTML } from '../src/compose/convert'
import { draftFromMailto, messageOf, splitQuote, type Letter } from '../src/compose/letter'
import { usualTimes } from '../src/compose/SendLater'
import type { Email, Identity } from '../src/jmap/types'

test('addresses as people type and paste them', () => {
  const read = (text: string) => readRecipients(text).map(({ name, email, valid }) => [name, email, valid])
  deepEqual(read('ana@example.test'), [[null, 'ana@example.test', true]])
  deepEqual(read('Ana Ruiz <ana@example.test>, ben@example.test'), [
    ['Ana Ruiz', 'ana@example.test', true],
    [null, 'ben@example.test', true],
  ])
  deepEqual(read('"Ruiz, Ana" <ana@example.test>; ben@example.test (Ben)'), [
    ['Ruiz, Ana', 'ana@example.test', true],
    ['Ben', 'ben@example.test', true],
  ])
  deepEqual(read('a@x.test b@x.test\nc@x.test\t'), [
    [null, 'a@x.test', true],
    [null, 'b@x.test', true],
    [null, 'c@x.test', true],
  ])
  deepEqual(read('mailto:a@x.test'), [[null, 'a@x.test', true]])
  deepEqual(read('nobody'), [[null, 'nobody', false]])
  deepEqual(read('"unclosed <a@x.test>'), [['"unclosed', 'a@x.test', true]])
  deepEqual(read(' , ;\n'), [])
  deepEqual(read('José Ñ <josé@ejemplo.test>'), [['José Ñ', 'josé@ejemplo.test', true]])
})

test('what is written is read again', () => {
  for (const recipient of [
    { name: null, email: 'a@x.test', valid: true },
    { name: 'Ana', email: 'a@x.test', valid: true },
    { name: 'Ruiz, "Ana"', email: 'a@x.test', valid: true },
    { name: 'a\\b', email: 'a@x.test', valid: true },
  ]) deepEqual(readRecipients(writeRecipient(recipient)), [recipient])
})

test('what an address is', () => {
  for (const text of ['a@b', 'a.b+c@x.test', '"a b"@x.test', 'a@[192.0.2.1]', 'ñ@ñ.test', 'x@xn--bcher-kva.test']) ok(isAddress(text), text)
  for (const text of ['', 'a', 'a@', '@x', 'a@@x', 'a b@x.test', '.a@x', 'a..b@x', 'a@x..y', 'a@-x', 'a,b@x', `${'a'.repeat(260)}@x`]) ok(!isAddress(text), text)
})

const who = (email: string, name: string | null = null) => ({ name, email })
const identity = (email: string): Identity =>
  ({ id: email, name: '', email, replyTo: null, bcc: null, textSignature: '', htmlSignature: '', mayDelete: false })
const own = [identity('ana@x.test'), identity('sales@x.test')]
const email = (more: Partial<Email>): Email =>
  ({ id: 'E', messageId: ['m1@x'], from: [who('ben@x.test')], to: [who('ana@x.test')], subject: 'Hi', ...more }) as Email

test('a reply goes to who wrote, to all without oneself', () => {
  const all = email({ to: [who('Ana@X.test'), who('cid@x.test')], cc: [who('dan@x.test'), who('sales@x.test'), who('ben@x.test')] })
  const reply = answer('replyAll', all, own)
  deepEqual(reply.to.map((one) => one.email), ['ben@x.test'])
  deepEqual(reply.cc.map((one) => one.email), ['cid@x.test', 'dan@x.test'])
  deepEqual(answer('reply', all, own).cc, [])
  deepEqual(answer('reply', email({ replyTo: [who('list@x.test')] }), own).to.map((one) => one.email), ['list@x.test'])
  const mine = email({ from: [who('ana@x.test')], to: [who('ben@x.test')], cc: [who('cid@x.test')] })
  deepEqual(answer('replyAll', mine, own).to.map((one) => one.email), ['ben@x.test'])
  deepEqual(answer('replyAll', mine, own).cc.map((one) => one.email), ['cid@x.test'])
  equal(answeringIdentity(email({ to: [who('SALES@x.test')] }), own)?.email, 'sales@x.test')
  equal(answeringIdentity(undefined, own)?.email, 'ana@x.test')
})

test('a reply stays in its conversation (RFC 5322 §3.6.4)', () => {
  deepEqual(answer('reply', email({ references: ['a', 'b'] }), own).references, ['a', 'b', 'm1@x'])
  deepEqual(answer('reply', email({ references: ['a', 'b'] }), own).inReplyTo, ['m1@x'])
  deepEqual(references(email({ inReplyTo: ['p'] })), ['p', 'm1@x'])
  deepEqual(references(email({ inReplyTo: ['p', 'q'] })), ['m1@x'])
  equal(references(email({ messageId: null })), null)
  const long = references(email({ references: Array.from({ length: 90 }, (_, at) => `r${at}`) })) ?? []
  equal(long.length, 20)
  deepEqual([long[0], long.at(-1)], ['r0', 'm1@x'])
})

test('Re and Fwd stand once', () => {
  deepEqual(['Hi', 'Re: Hi', 'RE: re: AW: Hi', 'Re[2]: Hi', 'Rv: Hi', null].map((one) => prefixed('Re', one)), [
    'Re: Hi', 'Re: Hi', 'Re: Hi', 'Re: Hi', 'Re: Hi', 'Re: ',
  ])
  deepEqual(['Re: Hi', 'Fwd: Hi', 'RV: Hi', 'Reach'].map((one) => prefixed('Fwd', one)), ['Fwd: Re: Hi', 'Fwd: Hi', 'Fwd: Hi', 'Fwd: Reach'])
  equal(quoteText('a\r\n> b\n\nc\n\n'), '> a\n>> b\n>\n> c')
})

test('a letter that names an attachment', () => {
  for (const text of ['See attached.', 'I enclose the enclosed', 'Te adjunto el informe', 'en los archivos adjuntos', 'Adjunta va', 'ANEXO 1']) ok(namesAttachment(text), text)
  for (const text of ['Hello', '> see attached', 'attache', 'adjuntivo', 'anexionar', 'a\n---------- Forwarded message ----------\nattached']) ok(!namesAttachment(text), text)
})

test('mailto links (RFC 6068)', () => {
  const draft = draftFromMailto('mailto:a@x.test,b%2Bc@x.test?cc=d@x.test&subject=a%20b+c%0d%0aBcc:%20x&body=one%0D%0Atwo&bcc=spy@x.test&attach=/etc/passwd')
  deepEqual(draft, {
    mode: 'new', to: [who('a@x.test'), who('b+c@x.test')], cc: [who('d@x.test')], subject: 'a b+c Bcc: x', text: 'one\r\ntwo',
  })
  deepEqual(draftFromMailto('mailto:%ZZ').to, [who('%ZZ')])
})

const letter = (more: Partial<Letter> = {}): Letter => ({
  key: 'k', identityId: 'ana@x.test', to: [{ ...who('b@x.test'), valid: true }, { ...who('bad'), valid: false }], cc: [], bcc: [], subject: 's',
  format: 'plain', html: '', text: 'hello', quotedHTML: '', attachments: [], inReplyTo: null, references: ['r'], readReceipt: 'none',
  deliveryReceipt: 'none', emailId: null, origin: null, ...more,
})

test('the message that a letter becomes', () => {
  const message = messageOf(letter({ readReceipt: 'asked' }), own[0] as Identity, 'd')
  deepEqual(message, {
    mailboxIds: { d: true }, keywords: { $draft: true, $seen: true }, from: [who('ana@x.test')], to: [who('b@x.test')], subject: 's', references: ['r'],
    bodyStructure: { type: 'text/plain', partId: 'text' }, bodyValues: { text: { value: 'hello' } },
    'header:Disposition-Notification-To:asAddresses': [who('ana@x.test')],
  })
  const file = { key: 'f', blobId: 'B', name: 'a.pdf', type: 'application/pdf', size: 1, cid: null }
  deepEqual(messageOf(letter({ attachments: [file] }), own[0] as Identity, 'd').bodyStructure, {
    type: 'multipart/mixed',
    subParts: [
      { type: 'text/plain', partId: 'text' },
      { type: 'application/pdf', blobId: 'B', name: 'a.pdf', disposition: 'attachment' },
    ],
  })
  deepEqual(splitQuote('<p>a</p><div class="paloma-quote"><p>b</p></div>'), { written: '<p>a</p>', quoted: '<p>b</p>' })
})

test('plain text as HTML', () => {
  equal(textToHTML('a\n> b\n>> <c>\nd'), '<p>a</p><blockquote><p>b</p><blockquote><p>&#60;c&#62;</p></blockquote></blockquote><p>d</p>')
  equal(escapeHTML(`<a b="c" d='e'>&`), '&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;')
})

test('recipients are named once', () => {
  deepEqual(distinct(readRecipients('a@x.test, A@X.test, b@x.test')).map((one) => one.email), ['a@x.test', 'b@x.test'])
})

test('the usual times to send at', () => {
  const days = (text: string) => usualTimes(new Date(text)).map(({ key, at }) => [key, at.getDay(), at.getHours()])
  deepEqual(days('2026-11-21T10:00:00'), [['tomorrowMorning', 0, 8], ['tomorrowAfternoon', 0, 13], ['monday', 1, 8]])
  deepEqual(days('2026-11-22T10:00:00'), [['tomorrowMorning', 1, 8], ['tomorrowAfternoon', 1, 13]])
})
