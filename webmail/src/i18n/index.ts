// The webmail's languages. A text is a key of the tables; `{name}` in it is filled in; a text that depends on a number has
// one key for each plural form (`list.unread.one`, `list.unread.other`) and is asked for without it, with `n`.

import { createContext, useContext } from 'react'
import en from './en'
import es from './es'

export type Language = 'en' | 'es'
type Table = typeof en
type Whole<Key> = Key extends `${string}.one` | `${string}.other` ? never : Key
type Plural<Key> = Key extends `${infer Base}.other` ? Base : never
/** What can be asked for. */
export type TextKey = Whole<keyof Table> | Plural<keyof Table>
export type Values = Record<string, string | number>
export type Text = (key: TextKey, values?: Values) => string

const tables: Record<Language, Record<keyof Table, string>> = { en, es }
export const languages: { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'es', name: 'Español' },
]

/** The language that the browser's user reads first, of those that there are. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => language.id === tag.slice(0, 2).toLowerCase())
    if (found) return found.id
  }
  return 'en'
}

/** The texts of a language. */
export function texts(language: Language): Text {
  const table: Record<string, string> = tables[language]
  const plurals = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  return (key, values = {}) => {
    let text = table[key]
    if (text === undefined && typeof values.n === 'number') {
      text = table[`${key}.${plurals.select(values.n)}`] ?? table[`${key}.other`]
    }
    if (text === undefined) return key
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined) return whole
      return typeof value === 'number' ? numbers.format(value) : value
    })
  }
}

export interface Speech {
  language: Language
  t: Text
  setLanguage: (language: Language) => void
}

export const SpeechContext = createContext<Speech>({
  language: 'en',
  t: texts('en'),
  setLanguage: () => {},
})

/** The texts of the language that is chosen: `const t = useText(); t('compose.send')`. */
export function useText(): Text {
  return useContext(SpeechContext).t
}

export function useSpeech(): Speech {
  return useContext(SpeechContext)
}
