import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { address, parseRoute } from '../src/app/route'
import { preferredLanguage, texts } from '../src/i18n'
import en from '../src/i18n/en'
import es from '../src/i18n/es'
import { formats } from '../src/i18n/format'
import { EventParser } from '../src/jmap/events'
import { expand } from '../src/jmap/client'
import { KeySequence, shortcuts } from '../src/keys/shortcuts'
import { isLabel, keywordFor } from '../src/mail/labels'
import { readHop } from '../src/read/TraceDialog'
import { initials } from '../src/ui/Avatar'

const filledIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test('both languages have the same texts, with the same to fill in', () => {
  deepEqual(Object.keys(es).sort(), Object.keys(en).sort())
  for (const [key, text] of Object.entries(en)) {
    const other = es[key as keyof typeof es]
    // "A message" may leave its number out.
    const both = [filledIn(text), filledIn(other)].map((names) => (key.endsWith('.one') ? names.filter((name) => name !== 'n') : names))
    deepEqual(both[0], both[1], key)
    ok(other.trim() !== '', key)
    if (key.endsWith('.one')) ok(key.replace(/\.one$/, '.other') in en, key)
  }
})

test('texts, plurals and numbers', () => {
  equal(texts('en')('list.selected', { n: 1 }), '1 selected')
  equal(texts('en')('folder.total', { n: 100_000 }), '100,000 messages')
  equal(texts('es')('folder.total', { n: 1 }), '1 mensaje')
  equal(texts('es')('folder.total', { n: 100_000 }), '100.000 mensajes')
  equal(preferredLanguage(['fr-FR', 'es-MX', 'en']), 'es')
  equal(preferredLanguage(['ja']), 'en')
})

test('dates and sizes', () => {
  const now = new Date(2026, 10, 21, 15, 0)
  const format = formats('es')
  equal(format.short(new Date(2026, 10, 21, 9, 5).toISOString(), now), '9:05')
  equal(format.short(new Date(2026, 10, 19, 9, 5).toISOString(), now), 'jue')
  equal(format.short(new Date(2026, 2, 3).toISOString(), now), '3 mar')
  equal(format.short(new Date(2024, 2, 3).toISOString(), now), '3 mar 2024')
  equal(format.short('nonsense', now), '')
  equal(formats('en').size(0), '0 byte')
  equal(formats('en').size(1500), '1.5 kB')
  equal(formats('en').size(12_345_678), '12 MB')
})

test('what is shown has an address', () => {
  for (const hash of ['#/inbox', '#/trash/m/E1', '#/folder/M%2F7', '#/folder/M7/m/E1', '#/search/from%3Aana%20a%2Fb/m/E1']) equal(address(parseRoute(hash)), hash)
  for (const hash of ['', '#', '#/', '#/nowhere/x', '#/folder', '#/search/', '#/%E0%A4%A']) equal(address(parseRoute(hash)), '#/inbox', hash)
})

test('events, however they arrive', () => {
  const stream = ': hello\r\n\r\nevent: state\ndata: {"a":1}\nid: 1\n\nevent:ping\ndata: {}\r\rdata: two\ndata:lines\n\n'
  const expected = [
    { name: 'state', data: '{"a":1}' },
    { name: 'ping', data: '{}' },
    { name: 'message', data: 'two\nlines' },
  ]
  deepEqual(new EventParser().push(stream), expected)
  for (let cut = 1; cut < stream.length; cut += 1) {
    const parser = new EventParser()
    deepEqual([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], expected, `cut at ${cut}`)
  }
  const parser = new EventParser()
  deepEqual([...stream].flatMap((character) => parser.push(character)), expected)
})

test('keys, and keys one after the other', () => {
  const keys = new KeySequence()
  equal(keys.press('j', 0), 'next')
  equal(keys.press('g', 10), null)
  equal(keys.press('i', 20), 'goInbox')
  equal(keys.press('g', 30), null)
  equal(keys.press('j', 40), 'next')
  equal(keys.press('g', 50), null)
  equal(keys.press('i', 9000), null)
  const all = shortcuts.flatMap((shortcut) => shortcut.keys)
  equal(new Set(all).size, all.length)
})

test('the session’s templates are filled in', () => {
  equal(expand('/d/{accountId}/{blobId}/{name}?accept={type}', { accountId: 'a1', blobId: 'm/1', name: 'ä b?.pdf', type: 'a/b' }), '/d/a1/m%2F1/%C3%A4%20b%3F.pdf?accept=a%2Fb')
})

test('labels are keywords', () => {
  equal(keywordFor(' Año Nuevo 🎉 '), 'ano_nuevo__')
  equal(isLabel('$seen'), false)
  equal(isLabel('nonjunk'), false)
  equal(isLabel('work'), true)
})

test('initials of anybody', () => {
  const of = (name: string | null, email = 'zoe@x.test') => initials({ name, email })
  deepEqual([of('Ana Ruiz'), of('Ana'), of(null), of('محمد العربي'), of('👩‍👩‍👧 Family'), of('"O\'Brien, Pat"'), of('', '')], ['AR', 'A', 'Z', 'م', '👩‍👩‍👧', 'OP', '?'])
})

test('hops of Received fields', () => {
  deepEqual(readHop(' from a.test (a.test [192.0.2.1])\r\n\tby b.test with ESMTPS id 1;\r\n Sat, 21 Nov 2026 20:00:00 +0000 (UTC)'), {
    from: 'a.test', by: 'b.test', at: '2026-11-21T20:00:00.000Z',
  })
  deepEqual(readHop('nonsense'), { from: null, by: null, at: null })
})
