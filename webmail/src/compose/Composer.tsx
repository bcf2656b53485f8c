// Writes a letter: a panel beside the mail on a desktop, the whole screen on a phone.

import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react'
import { useDesk } from '../app/context'
import { useText } from '../i18n'
import { useFormat } from '../i18n/format'
import type { JMAPClient } from '../jmap/client'
import type { Email } from '../jmap/types'
import { HTMLFrame } from '../message/HTMLFrame'
import { loadInlineImages } from '../message/inlineImages'
import { Dialog } from '../ui/Dialog'
import { MenuButton } from '../ui/Menu'
import { AttachedList } from './AttachedList'
import { check } from './checks'
import { DraftKeeper, type Keeping } from './DraftKeeper'
import { Glyph } from './Glyph'
import { type Draft, inFormat, type Letter, type LetterFormat, writtenText } from './letter'
import { openDesk, openLetter, signatureOf, type WritingDesk } from './openLetter'
import { RecipientField } from './RecipientField'
import type { InlineImage } from './RichEditor'
import { SendLater } from './SendLater'
import { holdSecondsMax, recall, send, type Sent, type SendTime } from './send'
import { useUploads } from './useUploads'

const RichEditor = lazy(() => import('./RichEditor'))

interface Props {
  client: JMAPClient
  draft: Draft
  /** The panel closes; what was written is a draft. */
  onClose: () => void
  /** The letter is with the server. */
  onSent: (sent: Sent) => void
}

interface Opened {
  desk: WritingDesk
  letter: Letter
  email: Email | undefined
}

export function Composer({ client, draft, onClose, onSent }: Props) {
  const t = useText()
  const format = useFormat()
  const { settings, fail } = useDesk()
  const [opened, setOpened] = useState<Opened>()
  const start = useRef({ t, format, draft, values: settings.values, fail, onClose })
  useEffect(() => {
    let ended = false
    const { t, format, draft, values, fail, onClose } = start.current
    const open = async () => {
      const { desk, email } = await openDesk(client, draft, values)
      const letter = await openLetter(draft, email, desk, t, format)
      letter.html = await withPictures(client, email, letter.html)
      if (!ended) setOpened({ desk, letter, email })
    }
    open().catch((error) => {
      if (ended) return
      fail(error)
      onClose()
    })
    return () => {
      ended = true
    }
  }, [client])
  if (opened === undefined) {
    return (
      <section className="composer loading" role="dialog" aria-label={t('compose.new')}>
        <p role="status">{t('app.loading')}</p>
      </section>
    )
  }
  return <Panel client={client} draft={draft} opened={opened} onClose={onClose} onSent={onSent} />
}

/** Gives the images of a saved draft addresses that this page can show. */
async function withPictures(client: JMAPClient, email: Email | undefined, html: string): Promise<string> {
  if (email === undefined || !/\bcid:/.test(html)) return html
  const images = await loadInlineImages(client, email, html, window)
  const page = new DOMParser().parseFromString(html, 'text/html')
  for (const image of page.querySelectorAll('img')) {
    const cid = /^cid:(.*)$/i.exec(image.getAttribute('src') ?? '')?.[1]
    const url = cid === undefined ? undefined : images.get(cid)
    if (cid === undefined || url === undefined) continue
    image.setAttribute('src', url)
    image.setAttribute('data-cid', cid)
  }
  return page.body.innerHTML
}

type Shape = 'docked' | 'full' | 'folded'

function Panel({ client, draft, opened, onClose, onSent }: Props & { opened: Opened }) {
  const t = useText()
  const { tell, fail, confirm, compose, settings } = useDesk()
  const { desk, email } = opened
  const [letter, setLetter] = useState(opened.letter)
  const [version, setVersion] = useState(0)
  const [keeping, setKeeping] = useState<Keeping>('empty')
  const [shape, setShape] = useState<Shape>('docked')
  const [isSending, setSending] = useState(false)
  const [isChoosingTime, setChoosingTime] = useState(false)
  const [hasCopies, setCopies] = useState(letter.cc.length + letter.bcc.length > 0)
  const [problem, setProblem] = useState('')
  const [isOver, setOver] = useState(false)
  const uploads = useUploads(client)
  const heading = useId()
  const file = useRef<HTMLInputElement>(null)
  const keeper = useRef<DraftKeeper>()
  const latest = useRef(letter)
  latest.current = letter

  useEffect(() => {
    const made = new DraftKeeper(client, desk, opened.letter, (state, emailId) => {
      setKeeping(state)
      setLetter((before) => (before.emailId === emailId ? before : { ...before, emailId }))
    })
    keeper.current = made
    if (draft.recovered !== undefined) made.change(opened.letter)
    const leave = (event: BeforeUnloadEvent) => {
      // What is not on the server yet is on this device: the question is only asked while files are on their way.
      if (document.querySelector('.composer progress') !== null) event.preventDefault()
    }
    window.addEventListener('beforeunload', leave)
    return () => window.removeEventListener('beforeunload', leave)
    // One keeper for the life of the panel.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  const change = (part: Partial<Letter>) => {
    const next = { ...latest.current, ...part }
    latest.current = next
    setLetter(next)
    setProblem('')
    keeper.current?.change(next)
  }

  const attach = async (files: Iterable<File>) => {
    for (const one of files) {
      void uploads.start(one, null).then((made) => {
        if (made !== undefined) change({ attachments: [...latest.current.attachments, made] })
      })
    }
  }

  /** Pictures go into the text, other files beside it. */
  const place = async (files: File[]): Promise<InlineImage[]> => {
    const pictures = files.filter((one) => /^image\/(?:png|jpeg|gif|webp)$/.test(one.type))
    void attach(files.filter((one) => !pictures.includes(one)))
    const made = await Promise.all(
      pictures.map(async (one) => {
        const cid = `${crypto.randomUUID()}@paloma`
        const uploaded = await uploads.start(one, cid)
        if (uploaded === undefined) return []
        change({ attachments: [...latest.current.attachments, uploaded] })
        return [{ url: URL.createObjectURL(one), cid, name: one.name }]
      }),
    )
    return made.flat()
  }

  const submit = async (when: SendTime) => {
    setChoosingTime(false)
    const identity = desk.identities.find((one) => one.id === latest.current.identityId) ?? desk.identities[0]
    if (identity === undefined || isSending) return
    if (uploads.list.some((one) => one.state === 'going')) return setProblem(t('compose.checkUploads'))
    for (const finding of check(latest.current)) {
      if (finding.kind === 'stop') return setProblem(t(finding.key, finding.values))
      if (!(await confirm(finding.key, finding.values ?? {}, 'compose.sendAnyway'))) return
    }
    setSending(true)
    try {
      await keeper.current?.flush()
      const sent = await send(client, latest.current, identity, desk, when)
      await keeper.current?.finish()
      announceSent(sent)
      onSent(sent)
      onClose()
    } catch (error) {
      setSending(false)
      fail(error)
    }
  }

  const latestSubmit = useRef(submit)
  latestSubmit.current = submit

  const announceSent = (sent: Sent) => {
    const undo = async () => {
      try {
        compose({ mode: 'edit', email: await recall(client, sent, desk) })
      } catch (error) {
        fail(error)
      }
    }
    const text = sent.kind === 'later' ? t('compose.scheduledFor', { date: new Date(sent.sendAt).toLocaleString() }) : t('compose.sent')
    tell(text, sent.recall === 'possible' ? undo : null)
  }

  const close = () => {
    const isKept = keeping !== 'empty'
    void keeper.current?.close(letter.key)
    if (isKept) tell(t('compose.keptAsDraft'))
    onClose()
  }

  const discard = async () => {
    const isEmpty = writtenText(letter).trim() === '' && letter.attachments.length === 0 && letter.subject === ''
    if (!isEmpty && keeping !== 'empty' && !(await confirm('compose.discardQuestion', {}, 'compose.discard'))) return
    await keeper.current?.discard(letter.key).catch(fail)
    onClose()
  }

  const setFormat = (next: LetterFormat) => {
    change(inFormat(latest.current, next))
    setVersion((before) => before + 1)
    void settings.change({ compose: next }).catch(() => {})
  }

  const setIdentity = (identityId: string) => {
    change(signedAs(latest.current, identityId, desk))
    setVersion((before) => before + 1)
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) close()
    // The page's shortcuts are letters: none of them is meant here.
    event.stopPropagation()
  }

  /** Before the editor sees it, which would break the line. */
  const onKeyDownCapture = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    event.stopPropagation()
    // What is typed in a field of recipients becomes one first.
    if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur()
    setTimeout(() => void latestSubmit.current({ kind: 'now' }))
  }

  const hasFiles = (event: React.DragEvent) => event.dataTransfer.types.includes('Files')
  const isAnswer = letter.inReplyTo !== null || draft.mode.startsWith('forward')
  return (
    <section
      className={`composer ${shape}${isOver ? ' over' : ''}`}
      role="dialog"
      aria-labelledby={heading}
      onKeyDownCapture={onKeyDownCapture}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node | null) || setOver(false)}
      onDrop={(event) => {
        setOver(false)
        if (!hasFiles(event) || event.defaultPrevented) return
        event.preventDefault()
        void attach(event.dataTransfer.files)
      }}
    >
      <header className="composer-head">
        <h2 id={heading} dir="auto">{letter.subject || t('compose.new')}</h2>
        <KeepingNote keeping={keeping} />
        <button type="button" className="icon-button small composer-fold" onClick={() => setShape(shape === 'folded' ? 'docked' : 'folded')}
          aria-expanded={shape !== 'folded'} aria-label={t('compose.fold')} title={t('compose.fold')}>
          <Glyph name={shape === 'folded' ? 'up' : 'down'} />
        </button>
        <button type="button" className="icon-button small composer-grow" onClick={() => setShape(shape === 'full' ? 'docked' : 'full')}
          aria-pressed={shape === 'full'} aria-label={t('compose.grow')} title={t('compose.grow')}>
          <Glyph name={shape === 'full' ? 'shrink' : 'grow'} />
        </button>
        <button type="button" className="icon-button small" onClick={close} aria-label={t('compose.close')} title={t('compose.close')}>
          <Glyph name="close" />
        </button>
      </header>
      <div className="composer-fields">
        {desk.identities.length > 1 && (
          <label className="composer-line">
            <span>{t('compose.from')}</span>
            <select value={letter.identityId} onChange={(event) => setIdentity(event.target.value)}>
              {desk.identities.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name ? `${one.name} <${one.email}>` : one.email}
                </option>
              ))}
            </select>
          </label>
        )}
        <div className="composer-to">
          <RecipientField client={client} label={t('compose.to')} recipients={letter.to} onChange={(to) => change({ to })}
            focus={letter.to.length === 0 ? 'start' : 'none'} />
          {!hasCopies && (
            <button type="button" className="plain-button" onClick={() => setCopies(true)}>{t('compose.copies')}</button>
          )}
        </div>
        {hasCopies && (
          <>
            <RecipientField client={client} label={t('compose.cc')} recipients={letter.cc} onChange={(cc) => change({ cc })} />
            <RecipientField client={client} label={t('compose.bcc')} recipients={letter.bcc} onChange={(bcc) => change({ bcc })} />
          </>
        )}
        <label className="composer-line">
          <span>{t('compose.subject')}</span>
          <input type="text" dir="auto" value={letter.subject} maxLength={900} spellCheck
            autoFocus={letter.to.length > 0 && !isAnswer} onChange={(event) => change({ subject: event.target.value })} />
        </label>
      </div>
      <div className="composer-body">
        {letter.format === 'rich' ? (
          <Suspense fallback={<p role="status" className="composer-wait">{t('app.loading')}</p>}>
            <RichEditor html={letter.html} version={version} label={t('compose.text')} focus={isAnswer && letter.to.length > 0 ? 'start' : 'none'}
              onChange={(html) => change({ html })} onFiles={place} />
          </Suspense>
        ) : (
          <PlainEditor text={letter.text} focus={isAnswer} onChange={(text) => change({ text })} onFiles={attach} />
        )}
        {letter.format === 'rich' && letter.quotedHTML !== '' && (
          <Quoted client={client} email={email} html={letter.quotedHTML} onRemove={() => change({ quotedHTML: '' })} />
        )}
      </div>
      <AttachedList attached={letter.attachments} uploads={uploads.list} onCancel={uploads.cancel}
        onRemove={(key) => change({ attachments: latest.current.attachments.filter((one) => one.key !== key) })} />
      {problem !== '' && <p className="composer-problem" role="alert">{problem}</p>}
      <footer className="composer-foot">
        <div className="send-buttons">
          <button type="button" className="button primary" disabled={isSending} onClick={() => void submit({ kind: 'now' })} title="Ctrl+Enter">
            {isSending ? t('compose.sending') : t('compose.send')}
          </button>
          {holdSecondsMax(client) > 0 && (
            <button type="button" className="button send-later" disabled={isSending} onClick={() => setChoosingTime(true)}
              aria-label={t('compose.sendLater')} title={t('compose.sendLater')}>
              <Glyph name="clock" />
            </button>
          )}
        </div>
        <button type="button" className="icon-button" onClick={() => file.current?.click()} aria-label={t('compose.attach')} title={t('compose.attach')}>
          <Glyph name="attach" />
        </button>
        <input ref={file} type="file" multiple hidden onChange={(event) => {
          void attach([...(event.target.files ?? [])])
          event.target.value = ''
        }} />
        <MenuButton label={t('compose.options')} items={[
          { heading: t('compose.format') },
          { label: t('compose.rich'), checked: letter.format === 'rich', run: () => setFormat('rich') },
          { label: t('compose.plain'), checked: letter.format === 'plain', run: () => setFormat('plain') },
          'line',
          { label: t('compose.readReceipt'), checked: letter.readReceipt === 'asked',
            run: () => change({ readReceipt: letter.readReceipt === 'asked' ? 'none' : 'asked' }) },
          { label: t('compose.deliveryReceipt'), checked: letter.deliveryReceipt === 'asked',
            run: () => change({ deliveryReceipt: letter.deliveryReceipt === 'asked' ? 'none' : 'asked' }) },
        ]}>
          <Glyph name="more" />
        </MenuButton>
        <span className="composer-space" />
        <button type="button" className="icon-button" onClick={() => void discard()} aria-label={t('compose.discard')} title={t('compose.discard')}>
          <Glyph name="trash" />
        </button>
      </footer>
      {isOver && <div className="composer-drop" aria-hidden="true">{t('compose.drop')}</div>}
      {isChoosingTime && (
        <Dialog title={t('compose.sendLater')} size="small" onClose={() => setChoosingTime(false)}>
          <SendLater secondsMax={holdSecondsMax(client)} onChoose={(at) => void submit({ kind: 'later', at })} />
        </Dialog>
      )}
    </section>
  )
}

/** The letter from another identity, with its signature in the place of the old one. */
function signedAs(letter: Letter, identityId: string, desk: WritingDesk): Letter {
  const before = signatureOf(desk.identities.find((one) => one.id === letter.identityId))
  const after = signatureOf(desk.identities.find((one) => one.id === identityId))
  const page = new DOMParser().parseFromString(letter.html, 'text/html')
  const old = page.querySelector('.paloma-signature')
  if (old !== null) old.outerHTML = after.html
  else page.body.insertAdjacentHTML('beforeend', after.html)
  const text = before.text !== '' && letter.text.includes(before.text) ? letter.text.replace(before.text, () => after.text) : letter.text
  return { ...letter, identityId, html: page.body.innerHTML, text }
}

function KeepingNote({ keeping }: { keeping: Keeping }) {
  const t = useText()
  if (keeping === 'empty' || keeping === 'dirty') return <span className="composer-note" role="status" />
  const key = keeping === 'saving' ? 'compose.saving' : keeping === 'saved' ? 'compose.saved' : 'compose.notSaved'
  return <span className={keeping === 'failed' ? 'composer-note problem' : 'composer-note'} role="status">{t(key)}</span>
}

function PlainEditor({ text, focus, onChange, onFiles }: {
  text: string
  focus: boolean
  onChange: (text: string) => void
  onFiles: (files: Iterable<File>) => void
}) {
  const t = useText()
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (!focus) return
    area.current?.focus()
    area.current?.setSelectionRange(0, 0)
  }, [focus])
  return (
    <textarea ref={area} className="plain-editor" dir="auto" spellCheck aria-label={t('compose.text')} value={text}
      onChange={(event) => onChange(event.target.value)}
      onPaste={(event) => {
        if (event.clipboardData.files.length === 0 || event.clipboardData.types.includes('text/plain')) return
        event.preventDefault()
        onFiles([...event.clipboardData.files])
      }} />
  )
}

/** The message below what is written: to be seen, and to be left out. */
function Quoted({ client, email, html, onRemove }: { client: JMAPClient; email: Email | undefined; html: string; onRemove: () => void }) {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const shown = { ...(email ?? {}), bodyValues: { quoted: { value: html } } } as unknown as Email
  return (
    <div className="composer-quote">
      <div className="composer-quote-head">
        <button type="button" className="plain-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? 'compose.hideQuote' : 'compose.showQuote')}
        </button>
        <button type="button" className="plain-button" onClick={onRemove}>{t('compose.removeQuote')}</button>
      </div>
      {isOpen && (
        <HTMLFrame client={client} email={shown} imagesAllowed={false} label={t('compose.quoted')}
          parts={[{ partId: 'quoted', blobId: null, size: 0, name: null, type: 'text/html', charset: null, disposition: null, cid: null }]} />
      )}
    </div>
  )
}
