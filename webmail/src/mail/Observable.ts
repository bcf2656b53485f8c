import { useSyncExternalStore } from 'react'

/** Something that components watch: they are drawn again after `changed()`, once for all changes of one task. */
export class Observable {
  private readonly listeners = new Set<() => void>()
  private version = 0
  private told = false

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getVersion = (): number => this.version

  protected changed() {
    this.version += 1
    if (this.told) return
    this.told = true
    queueMicrotask(() => {
      this.told = false
      for (const listener of [...this.listeners]) listener()
    })
  }
}

/** Draws the component again whenever the object changes; returns the object. */
export function useObserved<T extends Observable>(object: T): T {
  useSyncExternalStore(object.subscribe, object.getVersion)
  return object
}
