// Keeps a letter while it is written: on this device at once, on the server 2 s after the last key.

import type { JMAPClient } from '../jmap/client'
import type { Id, SetResponse } from '../jmap/types'
import { messageOf, type Letter } from './letter'
import type { WritingDesk } from './openLetter'

/** `dirty`: the server has not been told; `failed`: it could not be, and will be again. */
export type Keeping = 'empty' | 'dirty' | 'saving' | 'saved' | 'failed'

const pauseMilliseconds = 2_000
const retryMilliseconds = 10_000
const prefix = 'paloma.letter.'

interface Kept {
  accountId: Id
  at: number
  letter: Letter
}

export class DraftKeeper {
  private timer: ReturnType<typeof setTimeout> | undefined
  private letter: Letter | undefined
  private saved: Letter | undefined
  private working: Promise<void> = Promise.resolve()
  private ended = false
  private emailId: Id | null

  constructor(
    private readonly client: JMAPClient,
    private readonly desk: WritingDesk,
    first: Letter,
    private readonly onKeeping: (keeping: Keeping, emailId: Id | null) => void,
  ) {
    this.emailId = first.emailId
    holdLock(first.key)
  }

  /** The letter has changed. */
  change(letter: Letter): void {
    if (this.ended) return
    this.letter = letter
    keepHere(this.client.accountId, { ...letter, emailId: this.emailId })
    this.onKeeping('dirty', this.emailId)
    this.schedule(pauseMilliseconds)
  }

  /** Saves what has not been saved; answers the draft's id. */
  async flush(): Promise<Id | null> {
    clearTimeout(this.timer)
    this.working = this.working.then(() => this.save())
    await this.working
    return this.emailId
  }

  /** The letter is sent: the draft of the server became the message. Nothing is kept here. */
  async finish(): Promise<void> {
    this.ended = true
    clearTimeout(this.timer)
    await this.working
    if (this.letter !== undefined) forgetHere(this.letter.key)
  }

  /** The letter is thrown away, here and on the server. */
  async discard(key: string): Promise<void> {
    this.ended = true
    clearTimeout(this.timer)
    await this.working
    forgetHere(key)
    releaseLock(key)
    if (this.emailId !== null) await this.client.request('Email/set', { destroy: [this.emailId] })
  }

  /** The composer closes; what is written stays a draft. */
  async close(key: string): Promise<void> {
    if (this.letter !== this.saved) await this.flush()
    this.ended = true
    if (this.letter === this.saved) forgetHere(key)
    releaseLock(key)
  }

  private schedule(milliseconds: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), milliseconds)
  }

  private async save(): Promise<void> {
    const letter = this.letter
    if (this.ended || letter === undefined || letter === this.saved) return
    const identity = this.desk.identities.find((one) => one.id === letter.identityId) ?? this.desk.identities[0]
    if (identity === undefined) return
    this.onKeeping('saving', this.emailId)
    try {
      const answer = await this.client.request<SetResponse<{ id: Id }>>('Email/set', {
        create: { draft: messageOf(letter, identity, this.desk.draftsId) },
        ...(this.emailId === null ? {} : { destroy: [this.emailId] }),
      })
      const made = answer.created?.draft?.id
      if (made === undefined) throw new Error(answer.notCreated?.draft?.type ?? 'draft')
      this.emailId = made
      this.saved = letter
      if (this.letter === letter) forgetHere(letter.key)
      else keepHere(this.client.accountId, { ...(this.letter as Letter), emailId: made })
      this.onKeeping(this.letter === letter ? 'saved' : 'dirty', made)
    } catch {
      if (this.ended) return
      this.onKeeping('failed', this.emailId)
      this.schedule(retryMilliseconds)
    }
  }
}

function keepHere(accountId: Id, letter: Letter): void {
  try {
    localStorage.setItem(prefix + letter.key, JSON.stringify({ accountId, at: Date.now(), letter }))
  } catch {
    // No room or no permission: the server has it in two seconds.
  }
}

function forgetHere(key: string): void {
  try {
    localStorage.removeItem(prefix + key)
  } catch {
    // Nothing was kept.
  }
}

// A letter that is open in another tab is not one that a crash left behind: each open letter holds a lock.
const locks = new Map<string, () => void>()

function holdLock(key: string): void {
  if (locks.has(key) || !('locks' in navigator)) return
  void navigator.locks.request(prefix + key, () => new Promise<void>((resolve) => locks.set(key, resolve)))
}

function releaseLock(key: string): void {
  locks.get(key)?.()
  locks.delete(key)
}

/** The letters that a crash left behind on this device, newest first: not on the server, not open anywhere. */
export async function lostLetters(accountId: Id): Promise<Letter[]> {
  const held = 'locks' in navigator ? ((await navigator.locks.query()).held ?? []).map((lock) => lock.name) : []
  const found: Kept[] = []
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(prefix) || held.includes(name)) continue
      const kept = JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<Kept>
      if (kept.accountId === accountId && kept.letter !== undefined && kept.at !== undefined) found.push(kept as Kept)
    }
  } catch {
    // Storage that cannot be read has nothing to give back.
  }
  return found.sort((one, other) => other.at - one.at).map(({ letter }) => letter)
}

/** Forgets a lost letter that nobody wants back. */
export function forgetLetter(letter: Letter): void {
  forgetHere(letter.key)
}
