// Files on their way to the server.

import { useCallback, useRef, useState } from 'react'
import type { JMAPClient } from '../jmap/client'
import type { Attached } from './letter'

export interface Upload {
  key: string
  name: string
  size: number
  /** From 0 to 1. */
  done: number
  state: 'going' | 'failed' | 'tooLarge'
}

export interface Uploads {
  list: Upload[]
  /** Uploads a file; answers nothing when it is cancelled or fails. */
  start: (file: File, cid: string | null) => Promise<Attached | undefined>
  cancel: (key: string) => void
}

export function useUploads(client: JMAPClient): Uploads {
  const [list, setList] = useState<Upload[]>([])
  const endings = useRef(new Map<string, AbortController>())
  const change = useCallback((key: string, part: Partial<Upload>) => {
    setList((before) => before.map((one) => (one.key === key ? { ...one, ...part } : one)))
  }, [])
  const forget = useCallback((key: string) => setList((before) => before.filter((one) => one.key !== key)), [])

  const start = useCallback(
    async (file: File, cid: string | null): Promise<Attached | undefined> => {
      const key = crypto.randomUUID()
      const name = file.name || 'file'
      const sizeMax = Number(client.session.capabilities['urn:ietf:params:jmap:core']?.maxSizeUpload ?? Infinity)
      const ending = new AbortController()
      setList((before) => [...before, { key, name, size: file.size, done: 0, state: file.size > sizeMax ? 'tooLarge' : 'going' }])
      if (file.size > sizeMax) return undefined
      endings.current.set(key, ending)
      try {
        const made = await client.upload(file, (done) => change(key, { done }), ending.signal)
        forget(key)
        return { key, blobId: made.blobId, name, type: file.type || 'application/octet-stream', size: file.size, cid }
      } catch {
        if (ending.signal.aborted) forget(key)
        else change(key, { state: 'failed' })
        return undefined
      } finally {
        endings.current.delete(key)
      }
    },
    [client, change, forget],
  )

  const cancel = useCallback(
    (key: string) => {
      endings.current.get(key)?.abort()
      forget(key)
    },
    [forget],
  )
  return { list, start, cancel }
}
