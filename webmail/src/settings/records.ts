// Records of one type of the server: got, made, changed and removed.

import { useCallback, useEffect, useState } from 'react'
import { useDesk } from '../app/context'
import { type JMAPClient, Refused } from '../jmap/client'
import type { GetResponse, Id, SetResponse } from '../jmap/types'

export interface Records<T> {
  /** Undefined until they are here. */
  list: T[] | undefined
  create: (record: Record<string, unknown>) => Promise<Partial<T> | undefined>
  update: (id: Id, patch: Record<string, unknown>) => Promise<boolean>
  remove: (id: Id) => Promise<boolean>
}

/** The records of `type`; a refusal is told to the user. */
export function useRecords<T extends { id: Id }>(client: JMAPClient, type: string): Records<T> {
  const { fail } = useDesk()
  const [list, setList] = useState<T[]>()
  const load = useCallback(
    () => client.request<GetResponse<T>>(`${type}/get`, { ids: null }).then(({ list }) => setList(list), fail),
    [client, type, fail],
  )
  useEffect(() => void load(), [load])

  const set = useCallback(
    async (args: Record<string, unknown>): Promise<SetResponse<T> | undefined> => {
      try {
        const answer = await client.request<SetResponse<T>>(`${type}/set`, args)
        const errors = { ...answer.notCreated, ...answer.notUpdated, ...answer.notDestroyed }
        const error = Object.values(errors)[0]
        if (error !== undefined) throw new Refused(error.type, error.description ?? null)
        await load()
        return answer
      } catch (error) {
        fail(error)
        return undefined
      }
    },
    [client, type, load, fail],
  )
  return {
    list,
    create: async (record) => (await set({ create: { made: record } }))?.created?.made,
    update: async (id, patch) => (await set({ update: { [id]: patch } })) !== undefined,
    remove: async (id) => (await set({ destroy: [id] })) !== undefined,
  }
}
