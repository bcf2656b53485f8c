// Dates and sizes, as the language writes them.

import { useMemo } from 'react'
import { useSpeech, type Language } from '.'

export interface Format {
  /** In a list: the time today, the weekday in the last days, the day this year, the date before. */
  short(date: string, now?: Date): string
  /** Everything, to the minute. */
  full(date: string): string
  /** How long ago or ahead: `2 hours ago`. */
  relative(date: string, now?: Date): string
  size(bytes: number): string
  number(value: number): string
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const
const day = 86_400_000

/** The browser's own variant of the language, which knows how its user writes dates: `en-GB` for `en`. */
export function localeFor(language: Language, wanted: readonly string[] = globalThis.navigator?.languages ?? []): string {
  return wanted.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language
}

export function formats(language: string): Format {
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' })
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' })
  const monthDay = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' })
  const whole = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'short' })
  const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const number = new Intl.NumberFormat(language)
  return {
    short(text, now = new Date()) {
      const then = new Date(text)
      if (Number.isNaN(then.getTime())) return ''
      const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime()
      if (then.getTime() >= midnight + day) return date.format(then)
      if (then.getTime() >= midnight) return time.format(then)
      if (then.getTime() >= midnight - 5 * day) return weekday.format(then)
      return (then.getFullYear() === now.getFullYear() ? monthDay : date).format(then)
    },
    full(text) {
      const then = new Date(text)
      return Number.isNaN(then.getTime()) ? '' : whole.format(then)
    },
    relative(text, now = new Date()) {
      const seconds = (new Date(text).getTime() - now.getTime()) / 1000
      if (Number.isNaN(seconds)) return ''
      const size = Math.abs(seconds)
      if (size < 3600) return ago.format(Math.round(seconds / 60), 'minute')
      if (size < 86_400) return ago.format(Math.round(seconds / 3600), 'hour')
      if (size < 30 * 86_400) return ago.format(Math.round(seconds / 86_400), 'day')
      if (size < 365 * 86_400) return ago.format(Math.round(seconds / (30 * 86_400)), 'month')
      return ago.format(Math.round(seconds / (365 * 86_400)), 'year')
    },
    size(bytes) {
      let value = Math.max(0, bytes)
      let unit = 0
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000
        unit += 1
      }
      const options = { style: 'unit', unit: units[unit], unitDisplay: 'short', maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0 }
      return new Intl.NumberFormat(language, options as Intl.NumberFormatOptions).format(value)
    },
    number: (value) => number.format(value),
  }
}

export function useFormat(): Format {
  const { language } = useSpeech()
  return useMemo(() => formats(localeFor(language)), [language])
}
