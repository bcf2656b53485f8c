import type { EmailAddress } from '../jmap/types'

/** `Ana <ana@example.org>, ben@example.org` */
export function people(addresses: EmailAddress[] | null | undefined): string {
  return (addresses ?? []).map(({ name, email }) => (name ? `${name} <${email}>` : email)).join(', ')
}
