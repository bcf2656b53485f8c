import { Refused, SessionEnded, Unreachable } from '../jmap/client'
import type { Text } from '../i18n'

/** What to say of a failure: what people can do, where there is something; null when it says itself elsewhere. */
export function explain(error: unknown, t: Text): string | null {
  if (error instanceof SessionEnded) return null
  if (error instanceof Unreachable) return t('error.unreachable')
  if (!(error instanceof Refused)) return t('error.generic', { reason: String((error as Error)?.message ?? error) })
  const kind = error.type.replace(/^urn:ietf:params:jmap:error:/, '')
  switch (kind) {
    case 'forbidden': case 'accountReadOnly': return t('error.forbidden')
    case 'notFound': case 'mailboxNotFound': return t('error.notFound')
    case 'overQuota': return t('error.overQuota')
    case 'requestTooLarge': case 'tooLarge': case 'limit': return t('error.tooLarge')
    case 'serverFail': case 'serverUnavailable': case 'serverPartialFail': return t('error.server')
    default: return kind.startsWith('http:5') ? t('error.server') : t('error.generic', { reason: error.description ?? kind })
  }
}
