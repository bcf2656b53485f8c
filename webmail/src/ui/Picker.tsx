// A list to pick from by typing (WAI-ARIA combobox): folders to move to, labels to set.

import { useId, useState, type ReactNode } from 'react'

export interface Choice {
  id: string
  /** What is searched. */
  text: string
  content: ReactNode
  run: () => void
}

/** Without case and accents, for finding. */
export const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

export function Picker({ label, choices, empty, more, onClose }: {
  label: string
  choices: Choice[]
  empty: string
  /** One more choice for what was typed. */
  more?: (typed: string) => Choice | null
  onClose: () => void
}) {
  const list = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const found = choices.filter((choice) => folded(choice.text).includes(folded(typed.trim())))
  const extra = typed.trim() ? more?.(typed.trim()) : null
  const shown = extra ? [...found, extra] : found
  const current = shown[Math.min(at, shown.length - 1)]
  const move = (by: number) => {
    const next = (at + by + shown.length) % Math.max(1, shown.length)
    setAt(next)
    document.getElementById(`${list}-${shown[next]?.id}`)?.scrollIntoView({ block: 'nearest' })
  }
  return (
    <div className="picker">
      <input className="picker-input" role="combobox" aria-label={label} placeholder={label} aria-expanded="true" aria-controls={list} autoFocus
        aria-activedescendant={current ? `${list}-${current.id}` : undefined} aria-autocomplete="list" autoComplete="off" spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 'ArrowDown') move(1)
          else if (event.key === 'ArrowUp') move(-1)
          else if (event.key === 'Enter') current?.run()
          else if (event.key === 'Escape' || event.key === 'Tab') onClose()
          else return
          event.preventDefault()
        }} />
      <ul className="picker-list" id={list} role="listbox" aria-label={label}>
        {shown.map((choice) => (
          <li key={choice.id} id={`${list}-${choice.id}`} role="option" aria-selected={choice === current} className="picker-choice"
            onMouseMove={() => setAt(shown.indexOf(choice))} onClick={choice.run}>
            {choice.content}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="picker-empty">{empty}</p>}
    </div>
  )
}
