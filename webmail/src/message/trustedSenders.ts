// Whose remote images are shown without asking.

import type { Email } from '../jmap/types'
import { useWebSettings } from '../settings/webSettings'

/** Entries kept; the oldest goes. */
const trustedMax = 500

export function senderOf(email: Email): string | undefined {
  return email.from?.[0]?.email.toLowerCase()
}

/** Whether the sender is trusted, and what makes them so. */
export function useTrustedSenders(): { has: (sender: string | undefined) => boolean; add: (sender: string) => void } {
  const { settings, change } = useWebSettings()
  const trusted = settings.trustedImageSenders ?? []
  return {
    has: (sender) => sender !== undefined && trusted.includes(sender),
    add: (sender) => change({ trustedImageSenders: [...trusted.filter((other) => other !== sender), sender].slice(-trustedMax) }),
  }
}
