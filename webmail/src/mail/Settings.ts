import { Observable } from './Observable'
import type { Label } from './labels'
import type { Grouping } from './MailList'
import { accountCapability, type JMAPClient } from '../jmap/client'
import type { GetResponse } from '../jmap/types'

/** What the webmail keeps for the user on the server (WebSettings, one JSON object per account). */
export interface SettingsValues {
  language?: 'en' | 'es'
  theme?: 'system' | 'light' | 'dark'
  labels?: Label[]
  /** Senders whose remote images are shown unasked. */
  trustedImageSenders?: string[]
  grouping?: Grouping
  /** What letters are written in. */
  compose?: 'rich' | 'plain'
  /** The identity that new letters come from. */
  identityId?: string
  [name: string]: unknown
}

/** Trusted senders kept; the oldest go first. */
const trustedMax = 500

/** The user's settings: here at once, on the server a moment later. */
export class Settings extends Observable {
  values: SettingsValues = {}

  constructor(private readonly client: JMAPClient) {
    super()
  }

  private get isKept(): boolean {
    return accountCapability in this.client.session.capabilities
  }

  async open(): Promise<void> {
    if (!this.isKept) return
    const answer = await this.client.request<GetResponse<SettingsValues & { id: string }>>('WebSettings/get', { ids: null })
    this.values = answer.list[0] ?? {}
    this.changed()
  }

  async change(values: SettingsValues): Promise<void> {
    this.values = { ...this.values, ...values }
    this.changed()
    if (this.isKept) await this.client.request('WebSettings/set', { update: { singleton: values } })
  }

  get labels(): Label[] {
    return this.values.labels ?? []
  }

  get grouping(): Grouping {
    return this.values.grouping === 'messages' ? 'messages' : 'conversations'
  }

  trustsImages(sender: string | undefined): boolean {
    return sender !== undefined && (this.values.trustedImageSenders ?? []).includes(sender.toLowerCase())
  }

  async trustImages(sender: string): Promise<void> {
    const others = (this.values.trustedImageSenders ?? []).filter((one) => one !== sender.toLowerCase())
    await this.change({ trustedImageSenders: [...others, sender.toLowerCase()].slice(-trustedMax) })
  }
}
