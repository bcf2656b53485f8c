// Rich text, by Tiptap. A chunk of its own: it is loaded when somebody writes.

import { Editor } from 'prose-editor'
import { useEffect, useReducer, useRef, useState } from 'react'
import { useText, type TextKey } from '../i18n'
import { Glyph, type GlyphName } from './Glyph'
import { cleanPaste } from './paste'
import { extensions, safeHref } from './schema'

export interface InlineImage {
  url: string
  cid: string
  name: string
}

interface Props {
  /** What is there at first; a change of `version` puts it there again. */
  html: string
  version: number
  label: string
  focus: 'start' | 'none'
  onChange: (html: string) => void
  /** Files that were pasted or dropped; answers the images that are shown where they were put. */
  onFiles: (files: File[]) => Promise<InlineImage[]>
}

export default function RichEditor({ html, version, label, focus, onChange, onFiles }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<Editor>()
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const current = useRef({ onChange, onFiles })
  current.current = { onChange, onFiles }

  useEffect(() => {
    if (place.current === null) return
    let made: Editor
    const insert = (files: File[], at: number) => {
      void current.current.onFiles(files).then((images) => {
        if (made.isDestroyed) return
        for (const { url, cid, name } of images) {
          made.chain().insertContentAt?.(at, { type: 'inlineImage', attrs: { src: url, cid, alt: name } }).run()
        }
      })
    }
    made = new Editor({
      element: place.current,
      extensions,
      content: html,
      injectCSS: false,
      autofocus: focus === 'start' ? 'start' : false,
      editorProps: {
        attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, class: 'rich-text', spellcheck: 'true' },
        transformPastedHTML: cleanPaste,
        handlePaste: (view: any, event: ClipboardEvent) => {
          const files = [...(event.clipboardData?.files ?? [])]
          if (files.length === 0 || event.clipboardData?.types.includes('text/html')) return false
          insert(files, view.state.selection.from)
          return true
        },
        handleDrop: (view: any, event: DragEvent) => {
          const files = [...(event.dataTransfer?.files ?? [])]
          if (files.length === 0) return false
          event.preventDefault()
          event.stopPropagation()
          insert(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos ?? view.state.selection.from)
          return true
        },
      },
      onUpdate: () => current.current.onChange(made.getHTML()),
      onTransaction: redraw,
    })
    setEditor(made)
    return () => made.destroy()
    // A letter that is typed into is not put there again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version])

  return (
    <div className="rich-editor">
      {editor !== undefined && <Toolbar editor={editor} onFiles={onFiles} />}
      <div ref={place} className="rich-place" />
    </div>
  )
}

interface Tool {
  glyph: GlyphName
  text: TextKey
  command: string
  active?: string
  keys?: string
}

const tools: Tool[] = [
  { glyph: 'bold', text: 'compose.bold', command: 'toggleBold', active: 'bold', keys: 'B' },
  { glyph: 'italic', text: 'compose.italic', command: 'toggleItalic', active: 'italic', keys: 'I' },
  { glyph: 'underline', text: 'compose.underline', command: 'toggleUnderline', active: 'underline', keys: 'U' },
  { glyph: 'bullets', text: 'compose.bullets', command: 'toggleBulletList', active: 'bulletList' },
  { glyph: 'numbers', text: 'compose.numbers', command: 'toggleOrderedList', active: 'orderedList' },
  { glyph: 'quote', text: 'compose.quote', command: 'toggleBlockquote', active: 'blockquote' },
]

function Toolbar({ editor, onFiles }: { editor: Editor; onFiles: Props['onFiles'] }) {
  const t = useText()
  const [linking, setLinking] = useState(false)
  const file = useRef<HTMLInputElement>(null)
  const bar = useRef<HTMLDivElement>(null)
  const run = (command: string) => editor.chain().focus?.()[command]?.().run()

  /** The toolbar is one stop of the Tab key; arrows move within it (WAI-ARIA toolbar pattern). */
  const move = (event: React.KeyboardEvent) => {
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return
    const buttons = [...(bar.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    if (at < 0) return
    event.preventDefault()
    buttons[(at + (event.key === 'ArrowRight' ? 1 : -1) + buttons.length) % buttons.length]?.focus()
  }

  return (
    <div className="rich-tools" role="toolbar" aria-label={t('compose.formatting')} ref={bar} onKeyDown={move}>
      {tools.map((tool, index) => (
        <button
          key={tool.command}
          type="button"
          className="tool"
          tabIndex={index === 0 ? 0 : -1}
          aria-pressed={editor.isActive(tool.active ?? '')}
          aria-label={t(tool.text)}
          title={tool.keys === undefined ? t(tool.text) : `${t(tool.text)} (Ctrl+${tool.keys})`}
          onClick={() => run(tool.command)}
        >
          <Glyph name={tool.glyph} />
        </button>
      ))}
      <button type="button" className="tool" tabIndex={-1} aria-pressed={editor.isActive('link')} aria-expanded={linking}
        aria-label={t('compose.link')} title={t('compose.link')} onClick={() => setLinking(!linking)}>
        <Glyph name="link" />
      </button>
      <button type="button" className="tool" tabIndex={-1} aria-label={t('compose.image')} title={t('compose.image')}
        onClick={() => file.current?.click()}>
        <Glyph name="image" />
      </button>
      <button type="button" className="tool" tabIndex={-1} aria-label={t('compose.clearFormat')} title={t('compose.clearFormat')}
        onClick={() => editor.chain().focus?.().unsetAllMarks?.().clearNodes?.().run()}>
        <Glyph name="clear" />
      </button>
      <input
        ref={file}
        type="file"
        accept="image/png,image/jpeg,image/gif,image/webp"
        multiple
        hidden
        onChange={(event) => {
          const files = [...(event.target.files ?? [])]
          event.target.value = ''
          void onFiles(files).then((images) => {
            for (const { url, cid, name } of images) {
              editor.chain().focus?.().insertContent?.({ type: 'inlineImage', attrs: { src: url, cid, alt: name } }).run()
            }
          })
        }}
      />
      {linking && <LinkField editor={editor} onDone={() => setLinking(false)} />}
    </div>
  )
}

function LinkField({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const t = useText()
  const [href, setHref] = useState(String(editor.getAttributes('link').href ?? ''))
  const [invalid, setInvalid] = useState(false)
  const apply = () => {
    const chain = editor.chain().focus?.().extendMarkRange?.('link')
    if (href.trim() === '') chain?.unsetMark?.('link').run()
    else {
      const safe = safeHref(href)
      if (safe === null) return setInvalid(true)
      if (editor.state.selection.empty && !editor.isActive('link')) {
        chain?.insertContent?.({ type: 'text', text: href.trim(), marks: [{ type: 'link', attrs: { href: safe } }] }).run()
      } else chain?.setMark?.('link', { href: safe }).run()
    }
    onDone()
  }
  return (
    <div className="link-field" role="group" aria-label={t('compose.link')}>
      <input
        autoFocus
        type="url"
        aria-label={t('compose.linkAddress')}
        placeholder="https://"
        aria-invalid={invalid}
        value={href}
        onChange={(event) => setHref(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'Enter') {
            event.preventDefault()
            apply()
          } else if (event.key === 'Escape') onDone()
        }}
      />
      <button type="button" className="plain-button" onClick={apply}>
        {href.trim() === '' ? t('compose.unlink') : t('action.save')}
      </button>
    </div>
  )
}
