/**
 * CSS of a stranger: the browser parses it, an allow-list of properties, functions and rules decides what is written
 * back. What it writes is made of the browser's own serialisation, in which escapes, comments and odd spellings are gone.
 */

import { limits } from './allowlist'

/** Answers the address that may be loaded in the place of `address`, or undefined. */
export type ImageResolver = (address: string) => string | undefined

const properties: ReadonlySet<string> = new Set(
  (
    'color direction display float clear opacity order visibility position top right bottom left z-index width height ' +
    'content white-space white-space-collapse line-height letter-spacing vertical-align table-layout caption-side ' +
    'empty-cells box-sizing box-shadow unicode-bidi hyphens quotes object-fit object-position gap row-gap column-gap ' +
    'word-break word-spacing word-wrap overflow-wrap tab-size zoom color-scheme aspect-ratio text-wrap-mode'
  ).split(' '),
)
const families =
  /^(background|border|margin|padding|font|text|list-style|min|max|overflow|outline|flex|align|justify|place|grid|column|inset)(-[a-z-]+)?$/
const functions: ReadonlySet<string> = new Set(
  (
    'rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark calc min max clamp linear-gradient ' +
    'radial-gradient conic-gradient repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient ' +
    'repeat minmax fit-content counter counters url'
  ).split(' '),
)
const imageProperties: ReadonlySet<string> = new Set(['background-image', 'list-style-image'])
const address = /url\("((?:[^"\\]|\\.)*)"\)/g
const viewportUnit = /\d(?:d|s|l)?v(?:h|b|max|min)\b/i

/** Cleans the declarations of `style`; answers CSS text, empty when nothing is left. */
export function cleanDeclarations(style: CSSStyleDeclaration, resolve: ImageResolver): string {
  let text = ''
  for (let index = 0; index < style.length; index += 1) {
    const property = style.item(index)
    if (!properties.has(property) && !families.test(property)) continue
    const value = cleanValue(property, style.getPropertyValue(property), resolve)
    if (value === undefined) continue
    text += `${property}: ${value}${style.getPropertyPriority(property) ? " !important" : ""}; `
  }
  return text
}

function cleanValue(property: string, value: string, resolve: ImageResolver): string | undefined {
  if (value === '' || value.length > limits.valueLength) return undefined
  // What is fixed or as high as the window would chase the frame, which is as high as its content.
  if (property === 'position' && value !== 'relative' && value !== 'absolute' && value !== 'static') return undefined
  if (viewportUnit.test(value)) return undefined
  const withoutStrings = value.replace(address, "url(").replace(/"(?:[^"\\]|\\.)*"/g, '""')
  for (const match of withoutStrings.matchAll(/([\w-]+)\(/g)) {
    if (!functions.has((match[1] ?? '').toLowerCase())) return undefined
  }
  if (!/url\(/i.test(withoutStrings)) return value
  let refused = false
  const resolved = value.replace(address, (_, escaped: string) => {
    const replacement = resolve(unescapeString(escaped))
    if (replacement === undefined) refused = true
    return `url("${(replacement ?? "").replace(/["\\\n\r\f]/g, (character) => `\\${character.charCodeAt(0).toString(16)} `)}")`
  })
  return refused || !imageProperties.has(property) ? undefined : resolved
}

function unescapeString(text: string): string {
  return text.replace(/\\(?:([0-9a-f]{1,6})\s?|([^]))/gi, (_, hex: string | undefined, character: string | undefined) =>
    hex === undefined ? (character ?? '') : String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff) || 0xfffd),
  )
}

/** Cleans a `style` attribute. `realm` is the window of the frame: its policy allows styles, the shell's does not. */
export function cleanStyleAttribute(text: string, resolve: ImageResolver, realm: Window & typeof globalThis): string {
  const sheet = new realm.CSSStyleSheet()
  sheet.replaceSync(`x { ${text} }`)
  const rule = sheet.cssRules[0]
  // More than one rule: the text closed the brace itself.
  if (sheet.cssRules.length !== 1 || !(rule instanceof realm.CSSStyleRule)) return ''
  return cleanDeclarations(rule.style, resolve).trim()
}

/** Cleans a style sheet: style rules and media rules stay; `@import`, `@font-face`, `@namespace` and all others go. */
export function cleanStyleSheet(text: string, resolve: ImageResolver, realm: Window & typeof globalThis): string {
  const sheet = new realm.CSSStyleSheet()
  // Mail wraps its sheets in HTML comments.
  sheet.replaceSync(text.replace(/<!--|-->/g, " "))
  const budget = { rules: limits.styleRules }
  return cleanRules(sheet.cssRules, resolve, realm, budget)
}

function cleanRules(
  rules: CSSRuleList,
  resolve: ImageResolver,
  realm: Window & typeof globalThis,
  budget: { rules: number },
): string {
  let text = ''
  for (const rule of rules) {
    budget.rules -= 1
    if (budget.rules < 0) break
    if (rule instanceof realm.CSSStyleRule) {
      const selector = rule.selectorText
      if (selector.length > limits.selectorLength) continue
      // An image that is loaded only when a selector holds tells its sender what held.
      const conditional = /[:[]/.test(selector)
      const declarations = cleanDeclarations(rule.style, conditional ? refuse(resolve) : resolve)
      if (declarations !== "") text += `${selector} { ${declarations}}\n`
    } else if (rule instanceof realm.CSSMediaRule) {
      const inner = cleanRules(rule.cssRules, refuse(resolve), realm, budget)
      if (inner !== "") text += `@media ${rule.conditionText} {\n${inner}}\n`
    }
  }
  return text
}

/** Counts what `resolve` counts, loads only what needs no network. */
function refuse(resolve: ImageResolver): ImageResolver {
  return (address) => {
    const replacement = resolve(address)
    return replacement !== undefined && /^(blob|data):/.test(replacement) ? replacement : undefined
  }
}
