/** What of a stranger's HTML may be shown. Everything that is not named here is left out. */

/** Elements that stay, in the XHTML namespace only. */
export const allowedElements: ReadonlySet<string> = new Set(
  (
    'a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del ' +
    'details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main ' +
    'mark nav ol p pre q rp rt ruby s samp section small span strike strong style sub summary sup table tbody td ' +
    'tfoot th thead time tr tt u ul var wbr'
  ).split(' '),
)

/** Elements that go, but whose content stays. */
export const unwrappedElements: ReadonlySet<string> = new Set(
  (
    'blink body button data fieldset form frameset head hgroup html label legend listing marquee menu meter nobr ' +
    'output picture progress search slot'
  ).split(' '),
)

/** Attributes that may stand on every element. */
export const commonAttributes: ReadonlySet<string> = new Set(
  'align bgcolor class dir height id lang style title valign width'.split(' '),
)

/** Attributes that may stand on one element only. `src`, `href` and `background` are looked at by themselves. */
export const elementAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'name'],
  body: ['background', 'text'],
  col: ['span'],
  colgroup: ['span'],
  details: ['open'],
  font: ['color', 'face', 'size'],
  hr: ['color', 'noshade', 'size'],
  img: ['alt', 'border', 'hspace', 'src', 'vspace'],
  li: ['type', 'value'],
  ol: ['reversed', 'start', 'type'],
  q: [],
  table: ['background', 'border', 'cellpadding', 'cellspacing', 'frame', 'rules', 'summary'],
  td: ['abbr', 'axis', 'background', 'colspan', 'headers', 'nowrap', 'rowspan', 'scope'],
  th: ['abbr', 'axis', 'background', 'colspan', 'headers', 'nowrap', 'rowspan', 'scope'],
  time: ['datetime'],
  tr: ['background'],
  ul: ['type'],
}

/** Every attribute that some element may have: what the two sanitizers are told. */
export const allAttributes: readonly string[] = [
  ...new Set([...commonAttributes, ...Object.values(elementAttributes).flat()]),
]

/** Attributes and elements whose only harm is a request: what the reader may ask to see. They are counted. */
export const fetchingAttributes: readonly string[] = ['srcset', 'poster', 'lowsrc', 'dynsrc']

/** How much is taken on: a mail that is larger is shown as its plain text. */
export const limits = {
  /** UTF-16 units of the HTML source. */
  sourceLength: 4_000_000,
  elements: 60_000,
  styleRules: 4_000,
  selectorLength: 500,
  /** UTF-16 units of one CSS value; a `data:` image counts. */
  valueLength: 200_000,
} as const
