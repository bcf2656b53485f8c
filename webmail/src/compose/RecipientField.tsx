// Recipients as chips, completed from the people that were written to (WAI-ARIA combobox).

import { useEffect, useId, useRef, useState } from 'react'
import { useText } from '../i18n'
import type { JMAPClient } from '../jmap/client'
import type { KnownAddress } from '../jmap/types'
import { distinct, isAddress, readRecipients, type Recipient, sameAddress, writeRecipient } from './addresses'
import { Glyph } from './Glyph'

interface Props {
  client: JMAPClient
  label: string
  recipients: Recipient[]
  onChange: (recipients: Recipient[]) => void
  /** The field is the first: it has the focus. */
  focus?: 'start' | 'none'
}

const suggestionsMax = 8
const pauseMilliseconds = 80

export function RecipientField({ client, label, recipients, onChange, focus = 'none' }: Props) {
  const t = useText()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const { found, clear } = useSuggestions(client, text, recipients)
  const [chosen, setChosen] = useState(0)
  useEffect(() => setChosen(0), [found])

  const add = (more: Recipient[]) => {
    setText('')
    clear()
    if (more.length > 0) onChange(distinct([...recipients, ...more]))
  }
  const commit = () => add(readRecipients(text))
  const remove = (index: number) => {
    onChange(recipients.filter((_, at) => at !== index))
    input.current?.focus()
  }
  /** A chip becomes text again, to be corrected. */
  const edit = (index: number) => {
    const recipient = recipients[index]
    if (recipient === undefined) return
    onChange(recipients.filter((_, at) => at !== index))
    setText(writeRecipient(recipient))
    input.current?.focus()
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    const suggestion = found[chosen]
    if (event.key === 'ArrowDown' && found.length > 0) setChosen((chosen + 1) % found.length)
    else if (event.key === 'ArrowUp' && found.length > 0) setChosen((chosen - 1 + found.length) % found.length)
    else if ((event.key === 'Enter' || event.key === 'Tab') && suggestion !== undefined && text.trim() !== '' && !event.ctrlKey) {
      add([{ ...suggestion, valid: true }])
    } else if (event.key === 'Enter' && text.trim() !== '' && !event.ctrlKey && !event.metaKey) commit()
    else if ((event.key === ',' || event.key === ';') && text.trim() !== '' && !/"[^"]*$/.test(text)) commit()
    else if (event.key === ' ' && isAddress(text.trim())) commit()
    else if (event.key === 'Escape' && found.length > 0) clear()
    else if (event.key === 'Backspace' && text === '' && recipients.length > 0) edit(recipients.length - 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const isOpen = found.length > 0
  return (
    <div className="recipients" onClick={(event) => event.target === event.currentTarget && input.current?.focus()}>
      <label className="recipients-label" htmlFor={id}>
        {label}
      </label>
      <ul className="recipients-chips" aria-label={label}>
        {recipients.map((recipient, index) => (
          <Chip key={`${recipient.email} ${index}`} recipient={recipient} onEdit={() => edit(index)} onRemove={() => remove(index)} />
        ))}
        <li className="recipients-input">
          <input
            ref={input}
            id={id}
            type="text"
            inputMode="email"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            autoFocus={focus === 'start'}
            role="combobox"
            aria-expanded={isOpen}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={isOpen ? `${id}-${chosen}` : undefined}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              const pasted = event.clipboardData.getData('text/plain')
              if (!/[,;\n@]/.test(pasted)) return
              event.preventDefault()
              add(readRecipients(text + pasted))
            }}
            onBlur={commit}
          />
        </li>
      </ul>
      {isOpen && (
        <ul className="suggestions" role="listbox" id={`${id}-list`} aria-label={t('compose.suggestions')}>
          {found.map((one, index) => (
            <li
              key={one.email}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className="suggestion"
              onMouseDown={(event) => {
                event.preventDefault()
                add([{ ...one, valid: true }])
              }}
            >
              <span dir="auto">{one.name || one.email}</span>
              {one.name && <small>{one.email}</small>}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Chip({ recipient, onEdit, onRemove }: { recipient: Recipient; onEdit: () => void; onRemove: () => void }) {
  const t = useText()
  const name = recipient.name ?? recipient.email
  return (
    <li className={recipient.valid ? 'recipient' : 'recipient invalid'}>
      <button type="button" className="recipient-name" title={recipient.email} onClick={onEdit} dir="auto"
        aria-label={recipient.valid ? writeRecipient(recipient) : t('compose.invalidAddress', { address: recipient.email })}>
        {name}
      </button>
      <button type="button" className="recipient-remove" tabIndex={-1} onClick={onRemove} aria-label={t('compose.removeRecipient', { name })}>
        <Glyph name="close" />
      </button>
    </li>
  )
}

/** The people whose name or address begins with what is typed. */
function useSuggestions(client: JMAPClient, text: string, recipients: Recipient[]): { found: KnownAddress[]; clear: () => void } {
  const [found, setFound] = useState<KnownAddress[]>([])
  const prefix = text.trim()
  const there = useRef(recipients)
  there.current = recipients
  useEffect(() => {
    if (prefix === '') {
      setFound([])
      return
    }
    let ended = false
    const timer = setTimeout(() => {
      client
        .request<{ list: KnownAddress[] }>('KnownAddress/query', { prefix, limit: suggestionsMax + there.current.length })
        .then(({ list }) => {
          if (ended) return
          const others = list.filter((one) => !there.current.some((other) => sameAddress(other.email, one.email)))
          setFound(others.slice(0, suggestionsMax).map(({ name, email }) => ({ name: name || null, email })))
        })
        .catch(() => ended || setFound([]))
    }, pauseMilliseconds)
    return () => {
      ended = true
      clearTimeout(timer)
    }
  }, [client, prefix])
  return { found, clear: () => setFound([]) }
}
