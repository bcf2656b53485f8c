// The composer's drawings, 24 by 24.

const paths = {
  bold: 'M7 5h6a3.5 3.5 0 0 1 0 7H7zm0 7h7a3.5 3.5 0 0 1 0 7H7z',
  italic: 'M10 5h7M7 19h7M14 5l-4 14',
  underline: 'M7 5v6a5 5 0 0 0 10 0V5M6 20h12',
  bullets: 'M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01',
  numbers: 'M10 6h10M10 12h10M10 18h10M4 4.5h1.5V9M4 15h2.5l-2.5 4h2.5',
  quote: 'M6 17l2-4H5V7h6v6l-2 4zm9 0l2-4h-3V7h6v6l-2 4z',
  link: 'M10 14a4 4 0 0 0 6 .5l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4.2 4.2 0 0 0 6 6l1-1',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  clear: 'M6 5h12M12 5l-2 9M4 4l16 16M9 19h4',
  attach: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.5 17a1.7 1.7 0 0 1-2.4-2.4L15 7',
  trash: 'M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13M10 11v5M14 11v5',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h1M11.5 12h1M18 12h1',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  grow: 'M14 4h6v6M10 20H4v-6M20 4l-7 7M4 20l7-7',
  shrink: 'M20 10h-6V4M4 14h6v6M14 10l7-7M10 14l-7 7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  key: 'M15 9h.01M10.5 13.5L4 20v-3h2v-2h2l2.5-1.5A5 5 0 1 1 13 15z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4.5-6 8-6s7 2 8 6',
  book: 'M6 4h12v16H6zM6 16h12M10 8h4',
  shield: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  palette: 'M12 3a9 9 0 1 0 0 18c1.5 0 2-1 1.5-2s0-2.5 1.5-2.5h2.5A3.5 3.5 0 0 0 21 13c0-5.5-4-10-9-10zM8 10h.01M12 7.5h.01M16 10h.01',
  filter: 'M4 5h16l-6 7.5V19l-4 1.5v-8z',
  fetch: 'M12 4v11m0 0l-4-4m4 4l4-4M4 20h16',
} as const

export type GlyphName = keyof typeof paths

export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg className="glyph" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
