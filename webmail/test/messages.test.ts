import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { fileKind, fileName } from '../src/message/files'
import { namedContentIDs } from '../src/message/inlineImages'
import { findLinks, readBlocks, textFormat } from '../src/message/textBlocks'
import { hostNamed, isDeceptive, readLink, shownAddress } from '../src/message/sanitize/links'
import { browserName } from '../src/settings/Sessions'
import { qrCode } from '../src/settings/qr'
import type { EmailBodyPart } from '../src/jmap/types'

test('links that may be followed, and those that may not', () => {
  const kinds = (hrefs: string[]) => hrefs.map((href) => readLink(href, '')?.kind)
  deepEqual(kinds(['https://x.test', 'HTTP://x.test', 'mailto:a@x.test', 'tel:+34', '#a']), ['page', 'page', 'mail', 'phone', 'anchor'])
  const refused = ['javascript:alert(1)', ' java\tscript:x', '\u0001javascript:x', 'data:text/html,x', 'blob:https://x', 'file:///etc/passwd', '/logout', '//x.test', 'x', '', 'vbscript:x', 'ftp://x']
  for (const href of refused) equal(readLink(href, ''), undefined, JSON.stringify(href))
})

test('a text that names another host than its link goes to', () => {
  const deceives = (text: string, url: string) => isDeceptive(new URL(url), text)
  for (const [text, url] of [
    ['https://bank.test/login', 'https://evil.test/'], ['bank.test', 'https://evil.test/'], ['www.bank.test', 'https://bank.test.evil.test/'],
    ['b\u200bank.test', 'https://evil.test/'], ['bank', 'https://bank.test@evil.test/'], ['https://bank.test\u202e/x', 'https://evil.test/'],
  ] as const) ok(deceives(text, url), text)
  for (const [text, url] of [
    ['https://bank.test/login', 'https://www.bank.test/x'], ['mail.bank.test', 'https://bank.test/'], ['Click here', 'https://evil.test/'],
    ['invoice.pdf', 'https://files.test/1'], ['Mr. Smith', 'https://x.test/'], ['1.5', 'https://x.test/'],
  ] as const) ok(!deceives(text, url), text)
  equal(hostNamed(`${'a-'.repeat(50_000)}`), undefined)
  equal(shownAddress(new URL('https://p\u0430ypal.test/')), 'xn--pypal-4ve.test/')
})

test('format=flowed (RFC 3676)', () => {
  equal(textFormat('text/plain; charset=utf-8; format=Flowed; delsp="yes"'), 'flowed-delsp')
  equal(textFormat('text/plain'), 'fixed')
  deepEqual(readBlocks('one \ntwo\n>> quoted \n>> more\n> less\n -stuffed\n-- \nsig', 'flowed'), [
    { depth: 0, lines: ['one two'], isSignature: false },
    { depth: 2, lines: ['quoted more'], isSignature: false },
    { depth: 1, lines: ['less'], isSignature: false },
    { depth: 0, lines: ['-stuffed'], isSignature: false },
    { depth: 0, lines: ['--', 'sig'], isSignature: true },
  ])
  deepEqual(readBlocks('a \nb', 'flowed-delsp')[0]?.lines, ['ab'])
  deepEqual(readBlocks('> > a\n>> b\nc \nd', 'fixed'), [
    { depth: 2, lines: ['a', 'b'], isSignature: false },
    { depth: 0, lines: ['c ', 'd'], isSignature: false },
  ])
})

test('links in plain text', () => {
  const links = (text: string) => findLinks(text).filter((piece) => piece.href !== null).map((piece) => [piece.text, piece.href])
  deepEqual(links('See https://x.test/a(b). And (www.y.test), a@z.test!'), [
    ['https://x.test/a(b)', 'https://x.test/a(b)'], ['www.y.test', 'https://www.y.test/'], ['a@z.test', 'mailto:a@z.test'],
  ])
  deepEqual(links('javascript:alert(1) <script> x@y'), [])
  equal(findLinks('a https://x.test b').map((piece) => piece.text).join(''), 'a https://x.test b')
  const began = performance.now()
  findLinks('a.'.repeat(9_000))
  findLinks('a'.repeat(1_000_000))
  ok(performance.now() - began < 1000)
})

test('files', () => {
  const part = (name: string | null, type: string) => ({ name, type }) as EmailBodyPart
  equal(fileName(part('a\u202egnp.exe', 'x/y'), 'f'), 'agnp.exe')
  equal(fileName(part(null, 'image/png'), 'f'), 'f.png')
  deepEqual(['image/svg+xml', 'application/pdf', 'text/calendar', 'text/html', 'application/zip', 'x/y'].map(fileKind), ['image', 'pdf', 'calendar', 'text', 'archive', 'other'])
  deepEqual([...namedContentIDs('<img src="cid:a%40b"> url(cid:c)')], ['a@b', 'c'])
})

test('browsers by name', () => {
  equal(browserName('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36'), 'Chrome, Linux')
  equal(browserName(''), '?')
})

test('a QR code has its patterns, and a limit', () => {
  const code = qrCode('otpauth://totp/Paloma:ana%40example.test?secret=JBSWY3DPEHPK3PXP&issuer=Paloma') ?? []
  equal(code.length, 37)
  ok(code.every((line) => line.length === 37))
  deepEqual(code[0]?.slice(0, 8), [true, true, true, true, true, true, true, false])
  deepEqual(code[6]?.slice(8, 29).map((dark, at) => dark === (at % 2 === 0)), new Array(21).fill(true))
  equal(qrCode('x'.repeat(300)), undefined)
  equal(qrCode('x'.repeat(213))?.length, 57)
})
