import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { pieces } from '../src/search/highlight'
import { filterFor, hasWords, terms } from '../src/search/query'
import { suggestionsFor } from '../src/search/suggestions'

const now = new Date(2026, 10, 21, 12)
const find = (name: string) => (name.toLowerCase() === 'work' ? 'M7' : null)
const midnight = (year: number, month: number, day: number) => new Date(year, month - 1, day).toISOString().replace(/\.\d+Z$/, 'Z')

test('what is typed becomes a filter', () => {
  const cases: [string, unknown][] = [
    ['', null],
    ['   ', null],
    ['hello', { text: 'hello' }],
    ['hello world', { text: 'hello world' }],
    ['"hello world" now', { text: '"hello world" now' }],
    ['from:ana', { from: 'ana' }],
    ['From:"Ana Ruiz"', { from: 'Ana Ruiz' }],
    ['from:', null],
    ['from: report', { text: 'report' }],
    ['is:unread', { notKeyword: '$seen' }],
    ['is:read', { hasKeyword: '$seen' }],
    ['is:starred', { hasKeyword: '$flagged' }],
    ['is:flagged', { hasKeyword: '$flagged' }],
    ['is:nothing', null],
    ['has:attachment', { hasAttachment: true }],
    ['label:"Big Deal"', { hasKeyword: 'big_deal' }],
    ['in:work', { inMailbox: 'M7' }],
    ['in:nowhere', { text: 'nowhere' }],
    ['before:2026-01-31', { before: midnight(2026, 1, 31) }],
    ['after:2026/2', { after: midnight(2026, 2, 1) }],
    ['after:2026', { after: midnight(2026, 1, 1) }],
    ['before:2026-13-01', null],
    ['before:yesterday', null],
    ['newer_than:7d', { after: new Date(2026, 10, 14, 12).toISOString().replace(/\.\d+Z$/, 'Z') }],
    ['larger:5m', { minSize: 5_000_000 }],
    ['smaller:1.5mb', { maxSize: 1_500_000 }],
    ['larger:much', null],
    ['-from:ana', { operator: 'NOT', conditions: [{ from: 'ana' }] }],
    ['-word', { operator: 'NOT', conditions: [{ text: 'word' }] }],
    ['from:ana report', { operator: 'AND', conditions: [{ from: 'ana' }, { text: 'report' }] }],
    ['report from:ana is:unread', { operator: 'AND', conditions: [{ from: 'ana' }, { notKeyword: '$seen' }, { text: 'report' }] }],
    ['https://example.org', { text: 'https://example.org' }],
    ['at 18:30', { text: 'at 18:30' }],
    ['subject:"unfinished quote', { subject: 'unfinished quote' }],
    ['-', { text: '-' }],
  ]
  for (const [typed, filter] of cases) deepEqual(filterFor(typed, find, now), filter, typed)
})

test('any text is read without an error', () => {
  const letters = ['-', ':', '"', ' ', 'from', 'a', '<', '\\', '(', '*', 'é', '🕊', 'before:', '2026']
  let seed = 7
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648)
  for (let round = 0; round < 3000; round += 1) {
    let text = ''
    for (let length = next() % 9; length > 0; length -= 1) text += letters[next() % letters.length]
    filterFor(text, find, now)
    for (const term of terms(text)) equal(term.value, term.value.trim(), text)
  }
})

test('snippets are asked for when there are words', () => {
  equal(hasWords('is:unread'), false)
  equal(hasWords('-word'), false)
  equal(hasWords('subject:report'), true)
  equal(hasWords('is:unread report'), true)
})

test('snippets become pieces, and nothing in them is HTML', () => {
  deepEqual(pieces('a <mark>b</mark> &lt;c&gt; &amp; d'), [
    { text: 'a ', isFound: false },
    { text: 'b', isFound: true },
    { text: ' <c> & d', isFound: false },
  ])
  deepEqual(pieces('<img src=x onerror=alert(1)>'), [{ text: '<img src=x onerror=alert(1)>', isFound: false }])
  deepEqual(pieces('&amp;lt;'), [{ text: '&lt;', isFound: false }])
})

test('what is offered goes with what is typed', () => {
  const offered = (typed: string, recent: string[] = []) => suggestionsFor(typed, recent).map((one) => one.text)
  deepEqual(offered('is:u'), ['is:unread'])
  deepEqual(offered('report be'), ['report before:'])
  deepEqual(offered('rep', ['report', 'other']), ['report'])
  deepEqual(offered('before:'), [])
})
