import { tintOf } from '../mail/labels'
import type { EmailAddress } from '../jmap/types'

/** The initials of somebody, on a ground that is always the same for them. Decoration: the name stands beside it. */
export function Avatar({ who, size = 40 }: { who: EmailAddress | null | undefined; size?: number }) {
  return (
    <span className={`avatar tint-${tintOf(who?.email ?? '')}`} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden="true">
      {initials(who)}
    </span>
  )
}

/** One or two letters, whole characters of any script. */
export function initials(who: EmailAddress | null | undefined): string {
  const text = (who?.name?.trim() || who?.email || '').replace(/["'()<>[\]]/g, '')
  const words = text.split(/[\s._@-]+/).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word))
  const letter = (word: string | undefined) => [...new Intl.Segmenter().segment(word ?? '')][0]?.segment ?? ''
  const first = letter(words[0])
  const isOneWord = !who?.name?.trim() || words.length < 2
  const last = isOneWord ? '' : letter(words[words.length - 1])
  return (first + (/^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(first) ? last : '')).toUpperCase() || '?'
}
