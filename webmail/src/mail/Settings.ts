import { Observable } from './Observable'
import type { Label } from './labels'
import type { Grouping } from './MailList'
import { changeWebSettings, currentWebSettings, loadWebSettings, subscribeWebSettings, type WebSettings } from '../settings/webSettings'
import type { JMAPClient } from '../jmap/client'

/** The user's settings, as the list and the conversations use them. */
export class Settings extends Observable {
  constructor(private readonly client: JMAPClient) {
    super()
    subscribeWebSettings(() => this.changed())
  }

  get values(): WebSettings {
    return currentWebSettings()
  }

  get labels(): Label[] {
    const kept = this.values.labels
    return Array.isArray(kept) ? (kept as Label[]) : []
  }

  get grouping(): Grouping {
    return this.values.grouping === 'messages' ? 'messages' : 'conversations'
  }

  async open(): Promise<void> {
    await loadWebSettings(this.client)
  }

  /** Shown at once, on the server a moment later; null removes a setting. */
  change(values: Parameters<typeof changeWebSettings>[0]): void {
    changeWebSettings(values).catch(() => {})
  }
}
