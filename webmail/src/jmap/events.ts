// Push (RFC 8620 §7.3) over fetch rather than EventSource: it can carry our header, sees a 401, and notices silence.

import type { Connection } from './client'
import type { Changed } from './types'

interface Listener {
  onState: (changed: Changed) => void
  onReopened: () => void
  onConnection: (connection: Connection) => void
  onUnauthorized: () => void
}

/** The server pings every 30 s; a line that is silent for longer is dead. */
const silenceMilliseconds = 75_000
const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 30_000

export class EventStream {
  private closed = false
  private opened = false
  private attempt: AbortController | null = null
  private wake: () => void = () => {}
  private readonly hurry = () => this.wake()

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    private readonly listener: Listener,
  ) {}

  open() {
    window.addEventListener('online', this.hurry)
    document.addEventListener('visibilitychange', this.hurry)
    void this.run()
  }

  close() {
    this.closed = true
    this.attempt?.abort()
    this.wake()
    window.removeEventListener('online', this.hurry)
    document.removeEventListener('visibilitychange', this.hurry)
  }

  /** Connects again: what is there may be dead without saying so. */
  restart() {
    this.attempt?.abort()
  }

  private async run() {
    let pause = firstPauseMilliseconds
    while (!this.closed) {
      const answered = await this.listen()
      if (this.closed) return
      if (answered) pause = firstPauseMilliseconds
      await new Promise<void>((resolve) => {
        this.wake = resolve
        setTimeout(resolve, pause * (0.75 + Math.random() / 2))
      })
      pause = Math.min(pause * 2, longestPauseMilliseconds)
    }
  }

  /** One connection, until it ends. Whether the server answered. */
  private async listen(): Promise<boolean> {
    const attempt = (this.attempt = new AbortController())
    let answered = false
    try {
      const answer = await fetch(this.url, {
        headers: { ...this.headers, Accept: 'text/event-stream' },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: attempt.signal,
      })
      if (answer.status === 401) {
        this.close()
        this.listener.onUnauthorized()
        return false
      }
      if (!answer.ok || !answer.body) throw new Error(String(answer.status))
      answered = true
      this.listener.onConnection('online')
      if (this.opened) this.listener.onReopened()
      this.opened = true
      await this.read(answer.body.getReader(), attempt)
    } catch {
      // The connection was lost or never made: told below, tried again.
    }
    if (!this.closed) this.listener.onConnection('reconnecting')
    return answered
  }

  private async read(reader: ReadableStreamDefaultReader<Uint8Array>, attempt: AbortController) {
    const parser = new EventParser()
    const decoder = new TextDecoder()
    for (;;) {
      const silence = setTimeout(() => attempt.abort(), silenceMilliseconds)
      const { done, value } = await reader.read().finally(() => clearTimeout(silence))
      if (done) return
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.name !== 'state') continue
        this.listener.onState(JSON.parse(event.data).changed ?? {})
      }
    }
  }
}

/** Cuts a stream of server-sent events into events, however it arrives. */
export class EventParser {
  private rest = ''
  private name = ''
  private data: string[] = []

  push(text: string): { name: string; data: string }[] {
    const events = []
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (this.data.length > 0) events.push({ name: this.name || 'message', data: this.data.join('\n') })
        this.name = ''
        this.data = []
      } else if (line.startsWith('event:')) {
        this.name = line.slice(6).trim()
      } else if (line.startsWith('data:')) {
        this.data.push(line.slice(5).replace(/^ /, ''))
      }
    }
    return events
  }
}
