// Plain text: links found, quotes folded, the signature set apart.

import { useMemo, useState } from 'react'
import { useText } from '../i18n'
import { findLinks, readBlocks, type TextBlock, type TextFormat } from './textBlocks'
import { shownAddress } from './sanitize/links'

/** Quotes with more lines than this are folded. */
const openLinesMax = 6

export function PlainText({ text, format, onMailto }: { text: string; format: TextFormat; onMailto?: (url: string) => void }) {
  const blocks = useMemo(() => readBlocks(text, format), [text, format])
  // `auto` direction by paragraph: right-to-left mail reads as it was written.
  return (
    <div className="plain-text">
      {groups(blocks).map((group, index) =>
        group[0]?.depth === 0 ? (
          <Lines key={index} block={group[0]} onMailto={onMailto} />
        ) : (
          <Quote key={index} blocks={group} onMailto={onMailto} />
        ),
      )}
    </div>
  )
}

/** Neighbouring quotes of any depth belong together. */
function groups(blocks: TextBlock[]): TextBlock[][] {
  const result: TextBlock[][] = []
  for (const block of blocks) {
    const last = result.at(-1)
    if (block.depth > 0 && last?.[0] !== undefined && last[0].depth > 0) last.push(block)
    else result.push([block])
  }
  return result
}

function Quote({ blocks, onMailto }: { blocks: TextBlock[]; onMailto?: (url: string) => void }) {
  const t = useText()
  const count = blocks.reduce((sum, block) => sum + block.lines.length, 0)
  const [open, setOpen] = useState(count <= openLinesMax)
  return (
    <div className="plain-quote">
      {count > openLinesMax && (
        <button type="button" className="plain-fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('html.foldQuote') : t('html.unfoldQuote', { n: count })}
        </button>
      )}
      {open && blocks.map((block, index) => nest(block.depth, <Lines block={block} onMailto={onMailto} />, index))}
    </div>
  )
}

function nest(depth: number, content: JSX.Element, key: number): JSX.Element {
  let element = content
  for (let level = 0; level < Math.min(depth, 8); level += 1) element = <blockquote>{element}</blockquote>
  return <div key={key}>{element}</div>
}

function Lines({ block, onMailto }: { block: TextBlock; onMailto?: (url: string) => void }) {
  return (
    <div className={block.isSignature ? 'plain-lines plain-signature' : 'plain-lines'}>
      {block.lines.map((line, index) => (
        <div key={index} dir="auto">
          {line === '' ? '\u00a0' : findLinks(line).map((piece, number) => <Piece key={number} piece={piece} onMailto={onMailto} />)}
        </div>
      ))}
    </div>
  )
}

function Piece({ piece, onMailto }: { piece: { text: string; href: string | null }; onMailto?: (url: string) => void }) {
  const { text, href } = piece
  if (href === null) return <>{text}</>
  const isMail = href.startsWith('mailto:')
  return (
    <a
      href={href}
      title={shownAddress(new URL(href))}
      target="_blank"
      rel="noopener noreferrer"
      onClick={(event) => {
        if (!isMail || onMailto === undefined) return
        event.preventDefault()
        onMailto(href)
      }}
    >
      {text}
    </a>
  )
}
