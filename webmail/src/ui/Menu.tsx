// A button with a menu (WAI-ARIA menu button): arrows, Home, End, letters and Escape work as in any program.

import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Icon, type IconName } from './Icon'

export interface MenuItem {
  label: string
  icon?: IconName
  /** Shown as a tick; makes it one of several choices. */
  checked?: boolean
  danger?: boolean
  /** Its key, for people who look. */
  shortcut?: string
  run: () => void
}

interface Props {
  label: string
  items: (MenuItem | 'line' | { heading: string })[]
  className?: string
  children: ReactNode
}

export function MenuButton({ label, items, className = 'icon-button', children }: Props) {
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  return (
    <>
      <button ref={button} type="button" className={className} aria-label={label} title={label} aria-haspopup="menu" aria-expanded={open}
        onClick={(event) => {
          event.stopPropagation()
          setOpen(!open)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          setOpen(true)
        }}>
        {children}
      </button>
      {open && (
        <Popup anchor={button.current} onClose={close}>
          <MenuList label={label} items={items} onClose={close} />
        </Popup>
      )}
    </>
  )
}

function MenuList({ label, items, onClose }: { label: string; items: Props['items']; onClose: () => void }) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    ;(list.current?.querySelector('button') as HTMLElement | null)?.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    const focus = (index: number) => buttons[(index + buttons.length) % buttons.length]?.focus()
    if (event.key === 'ArrowDown') focus(at + 1)
    else if (event.key === 'ArrowUp') focus(at - 1)
    else if (event.key === 'Home') focus(0)
    else if (event.key === 'End') focus(-1)
    else if (event.key === 'Escape' || event.key === 'Tab') onClose()
    else if (event.key.length === 1 && event.key !== ' ') {
      const rest = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)]
      rest.find((button) => button.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus()
      return
    } else return
    event.preventDefault()
  }
  return (
    <div ref={list} className="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
      {items.map((item, index) => {
        if (item === 'line') return <div key={index} className="menu-line" role="separator" />
        if ('heading' in item) return <div key={index} className="menu-heading" role="presentation">{item.heading}</div>
        return (
          <button key={index} type="button" tabIndex={-1} className={item.danger ? 'menu-item danger' : 'menu-item'}
            role={item.checked === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={item.checked}
            onClick={(event) => {
              event.stopPropagation()
              onClose()
              item.run()
            }}>
            {item.checked === undefined
              ? item.icon && <Icon name={item.icon} size={18} />
              : <span className="menu-tick">{item.checked && <Icon name="check" size={18} />}</span>}
            <span className="menu-label">{item.label}</span>
            {item.shortcut && <kbd aria-hidden="true">{item.shortcut}</kbd>}
          </button>
        )
      })}
    </div>
  )
}

/** Something that floats at a button, within the window. A click elsewhere closes it. */
export function Popup({ anchor, onClose, children }: { anchor: Element | null; onClose: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const at = anchor?.getBoundingClientRect() ?? new DOMRect(innerWidth / 2, innerHeight / 3, 0, 0)
    const { width, height } = element.getBoundingClientRect()
    const below = at.bottom + 4
    const top = below + height <= innerHeight - 8 ? below : Math.max(8, at.top - height - 4)
    const left = at.left + width <= innerWidth - 8 ? at.left : at.right - width
    element.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`
    element.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
  })
  useEffect(() => {
    const away = (event: Event) => {
      const target = event.target as Node
      if (!box.current?.contains(target) && !anchor?.contains(target)) onClose()
    }
    document.addEventListener('pointerdown', away, true)
    window.addEventListener('resize', onClose)
    return () => {
      document.removeEventListener('pointerdown', away, true)
      window.removeEventListener('resize', onClose)
    }
  })
  return createPortal(
    <div ref={box} className="popup" onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onClose()
      }}>
      {children}
    </div>,
    document.body,
  )
}
