import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { receivers, shortName, writers } from '../src/list/people'
import { nothingSelected, selected } from '../src/list/Selection'
import { rowWindow, scrollTo } from '../src/list/window'
import { inverse, patched, path } from '../src/mail/patch'
import { Rows } from '../src/mail/rows'
import type { Email } from '../src/jmap/types'

const email = (more: Partial<Email> = {}): Email => ({
  id: 'E1', blobId: 'm1', threadId: 'T1', mailboxIds: { a: true }, keywords: { $seen: true }, size: 1, receivedAt: '2026-11-21T00:00:00Z',
  from: [{ name: 'Ana Ruiz', email: 'ana@example.test' }], to: null, subject: null, hasAttachment: false, preview: '', ...more,
})

test('of a long list pieces are asked for, whole pages, only what is missing', () => {
  const rows = new Rows<string>()
  deepEqual(rows.missing(0, 20, 50, 3), { position: 0, limit: 50 })
  rows.total = 100_000
  rows.put(0, Array.from({ length: 50 }, (_, index) => `r${index}`))
  equal(rows.missing(0, 20, 50, 3), null)
  deepEqual(rows.missing(40, 60, 50, 3), { position: 50, limit: 50 })
  deepEqual(rows.missing(70_020, 70_120, 50, 3), { position: 70_000, limit: 150 })
  deepEqual(rows.missing(0, 99_999, 50, 3), { position: 50, limit: 150 })
  deepEqual(rows.missing(99_990, 100_010, 50, 3), { position: 99_950, limit: 50 })
  rows.total = 30
  equal(rows.missing(0, 60, 50, 3), null)
})

test('rows that go let the others move up', () => {
  const rows = new Rows<string>()
  rows.total = 10
  rows.put(0, ['a', 'b', 'c'])
  rows.put(6, ['g', 'h'])
  equal(rows.remove(new Set(['b', 'x', 'g'])), 2)
  equal(rows.total, 8)
  deepEqual([0, 1, 2, 5].map((position) => rows.at(position)), ['a', 'c', undefined, 'h'])
  equal(rows.positionOf('h'), 5)
  equal(rows.positionOf('g'), null)
  rows.replace(50, ['z'], 51)
  deepEqual(rows.values(), ['z'])
})

test('rows are drawn around what is seen', () => {
  deepEqual(rowWindow(0, 700, 70, 100_000, 8), { first: 0, last: 17 })
  deepEqual(rowWindow(7_000, 700, 70, 100_000, 8), { first: 92, last: 117 })
  deepEqual(rowWindow(0, 700, 70, 3, 8), { first: 0, last: 2 })
  deepEqual(rowWindow(0, 700, 70, 0, 8), { first: 0, last: -1 })
  // A list that became shorter than where it stands.
  deepEqual(rowWindow(70_000, 700, 70, 5, 8), { first: 4, last: 4 })
  equal(scrollTo(3, 0, 700, 70), null)
  equal(scrollTo(20, 0, 700, 70), 770)
  equal(scrollTo(3, 700, 700, 70), 210)
})

test('selecting by click, Control and Shift', () => {
  const order = ['a', 'b', 'c', 'd', 'e']
  const one = selected(nothingSelected, 'b', 'only', order)
  deepEqual([[...one.rows], one.current], [[], 'b'])
  const range = selected(one, 'd', 'range', order)
  deepEqual([...range.rows], ['b', 'c', 'd'])
  const less = selected(range, 'c', 'toggle', order)
  deepEqual([...less.rows].sort(), ['b', 'd'])
  deepEqual([...selected(less, 'a', 'range', order).rows].sort(), ['a', 'b', 'c', 'd'])
})

test('a patch, and what undoes it', () => {
  const before = email({ keywords: { $seen: true, work: true }, mailboxIds: { a: true, b: true } })
  const patches = [
    { 'keywords/$seen': null, 'keywords/$flagged': true },
    { mailboxIds: { trash: true }, 'keywords/$junk': true },
    { [path('mailboxIds', 'a')]: null, [path('mailboxIds', 'c/d~e')]: true },
  ]
  for (const patch of patches) {
    const after = patched(before, patch)
    deepEqual(patched(after, inverse(before, patch)), before)
  }
  equal(path('keywords', 'a/b~c'), 'keywords/a~1b~0c')
  deepEqual(patched(before, { [path('mailboxIds', 'c/d~e')]: true }).mailboxIds, { a: true, b: true, 'c/d~e': true })
  deepEqual(before.keywords, { $seen: true, work: true })
})

test('who a conversation is with', () => {
  const from = (name: string | null, address: string) => email({ from: [{ name, email: address }] })
  const plain = (text: string) => text.replace(/[\u2068\u2069]/g, '')
  const isOwn = (who: { email: string }) => who.email === 'me@example.test'
  const of = (...emails: Email[]) => plain(writers(emails, isOwn, 'me', 'nobody'))
  equal(of(from('Ana Ruiz', 'ana@x.test')), 'Ana Ruiz')
  equal(of(from('Ana Ruiz', 'ana@x.test'), from('Me', 'me@example.test'), from('Ana Ruiz', 'ANA@x.test')), 'Ana, me')
  equal(of(from('Ruiz, Ana', 'ana@x.test'), from(null, 'bob@x.test')), 'Ana, bob')
  equal(of(...['a', 'b', 'c', 'd'].map((name) => from(name, `${name}@x.test`))), 'a … c, d')
  equal(of(email({ from: null })), 'nobody')
  equal(shortName({ name: ' ', email: 'x@y.test' }), 'x')
  equal(plain(receivers(email({ to: [{ name: 'A B', email: 'a@x' }, { name: null, email: 'c@x' }] }), '')), 'A, c')
})
