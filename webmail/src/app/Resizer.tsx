import { useEffect, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { useText } from '../i18n'

const key = 'paloma.listWidth'
const least = 300
const most = 720
const step = 24

/** The line between list and message, which makes one wider. */
export function Resizer() {
  const t = useText()
  const [width, setWidth] = useState(() => Number(localStorage.getItem(key)) || 420)
  useEffect(() => {
    document.documentElement.style.setProperty('--list-width', `${width}px`)
    localStorage.setItem(key, String(width))
  }, [width])
  const set = (wanted: number) => setWidth(Math.round(Math.max(least, Math.min(most, wanted))))
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const element = event.currentTarget
    const begun = event.clientX
    const direction = getComputedStyle(element).direction === 'rtl' ? -1 : 1
    element.setPointerCapture(event.pointerId)
    element.onpointermove = (moved) => set(width + direction * (moved.clientX - begun))
    element.onpointerup = () => (element.onpointermove = null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -step, ArrowRight: step }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    set(width + by)
  }
  return (
    <div className="resizer" role="separator" tabIndex={0} aria-orientation="vertical" aria-label={t('app.list')} aria-valuenow={width}
      aria-valuemin={least} aria-valuemax={most} onPointerDown={onPointerDown} onKeyDown={onKeyDown} onDoubleClick={() => setWidth(420)} />
  )
}
