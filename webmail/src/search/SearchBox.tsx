import { useEffect, useId, useRef, useState, type FormEvent } from 'react'
import { peopleFor, recentSearches, rememberSearch, suggestionsFor, type Suggestion } from './suggestions'
import { useDesk } from '../app/context'
import { go, type Route } from '../app/route'
import { useText } from '../i18n'
import { Icon } from '../ui/Icon'

const pauseMilliseconds = 150

/** The search box, with what could be meant below it. */
export function SearchBox({ route }: { route: Route }) {
  const { client, mail } = useDesk()
  const t = useText()
  const list = useId()
  const input = useRef<HTMLInputElement>(null)
  const shownText = route.place.kind === 'search' ? route.place.text : ''
  const [text, setText] = useState(shownText)
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  const [people, setPeople] = useState<Suggestion[]>([])
  useEffect(() => setText(shownText), [shownText])
  useEffect(() => {
    if (!open) return
    let isOld = false
    const timer = setTimeout(async () => {
      const found = await peopleFor(text, client, mail)
      if (!isOld) setPeople(found)
    }, pauseMilliseconds)
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [text, open, client, mail])

  const suggestions = open ? [...people, ...suggestionsFor(text, recentSearches())].slice(0, 14) : []
  const search = (wanted: string) => {
    setOpen(false)
    setAt(-1)
    const words = wanted.trim()
    if (!words) return clear()
    rememberSearch(words)
    go({ place: { kind: 'search', text: words }, open: null })
    input.current?.blur()
    document.getElementById('messages')?.focus()
  }
  const clear = () => {
    setText('')
    setOpen(false)
    if (route.place.kind === 'search') go({ place: { kind: 'role', role: 'inbox' }, open: null })
  }
  const take = (suggestion: Suggestion) => {
    setText(suggestion.text)
    setAt(-1)
    if (suggestion.isWhole) search(suggestion.text)
    else input.current?.focus()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const chosen = suggestions[at]
    if (chosen) take(chosen)
    else search(text)
  }
  const headings = { person: t('search.people'), recent: t('search.recent'), operator: t('search.operators') }
  return (
    <form className="search" role="search" onSubmit={submit}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false)
      }}>
      <Icon name="search" />
      <input ref={input} id="search" type="text" enterKeyHint="search" role="combobox" aria-expanded={suggestions.length > 0} aria-controls={list}
        aria-autocomplete="list" aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined} aria-label={t('search.label')}
        placeholder={t('search.label')} value={text} autoComplete="off" autoCapitalize="none" spellCheck={false}
        onFocus={() => setOpen(true)} onClick={() => setOpen(true)}
        onChange={(event) => {
          setText(event.target.value)
          setOpen(true)
          setAt(-1)
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault()
            setOpen(true)
            const count = suggestions.length + 1
            setAt(((at + 1 + (event.key === 'ArrowDown' ? 1 : -1) + count) % count) - 1)
          } else if (event.key === 'Escape') {
            event.stopPropagation()
            if (open && suggestions.length > 0) setOpen(false)
            else input.current?.blur()
          }
        }} />
      {text && (
        <button type="button" className="icon-button small" aria-label={t('search.clear')} title={t('search.clear')} onClick={clear}>
          <Icon name="close" size={18} />
        </button>
      )}
      <div className={suggestions.length > 0 ? 'suggestions' : 'suggestions none'} id={list} role="listbox" aria-label={t('search.label')}>
        {suggestions.map((suggestion, index) => (
          <div key={`${suggestion.kind}${suggestion.text}`} id={`${list}-${index}`} role="option" aria-selected={index === at}
            className={suggestion.kind !== suggestions[index - 1]?.kind && index > 0 ? 'suggestion begins' : 'suggestion'}
            aria-label={`${headings[suggestion.kind]}: ${suggestion.label}`}
            onMouseDown={(event) => event.preventDefault()} onClick={() => take(suggestion)}>
            <Icon name={suggestion.kind === 'recent' ? 'undo' : suggestion.kind === 'person' ? 'mail' : 'search'} size={16} />
            <span className={suggestion.kind === 'operator' ? 'suggestion-operator' : 'suggestion-text'}>{suggestion.label}</span>
            {suggestion.hint && <span className="suggestion-hint">{t(suggestion.hint)}</span>}
          </div>
        ))}
      </div>
    </form>
  )
}
