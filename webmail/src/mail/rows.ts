// A list of which only pieces are known: what stands at which position.

/** Positions 0 ..< total, some of them known. */
export class Rows<T> {
  private known = new Map<number, T>()
  /** How many there are; null before the first answer. */
  total: number | null = null

  at(position: number): T | undefined {
    return this.known.get(position)
  }

  /** Where a value stands, of those that are known. */
  positionOf(value: T): number | null {
    for (const [position, one] of this.known) if (one === value) return position
    return null
  }

  values(): T[] {
    return [...this.known.entries()].sort((a, b) => a[0] - b[0]).map((entry) => entry[1])
  }

  put(position: number, values: readonly T[]) {
    values.forEach((value, offset) => this.known.set(position + offset, value))
  }

  /** Forgets all but what the answer says: what is elsewhere may have moved. */
  replace(position: number, values: readonly T[], total: number | null) {
    this.known.clear()
    this.put(position, values)
    this.total = total
  }

  /** Takes values out; what stands behind them moves up. */
  remove(values: ReadonlySet<T>): number {
    const kept = new Map<number, T>()
    let removed = 0
    for (const [position, value] of [...this.known.entries()].sort((a, b) => a[0] - b[0])) {
      if (values.has(value)) removed += 1
      else kept.set(position - removed, value)
    }
    this.known = kept
    if (this.total !== null) this.total = Math.max(0, this.total - removed)
    return removed
  }

  /**
   * The first piece of `first ... last` to ask for, whole pages, at most `pagesMax` of them; null when all is known.
   */
  missing(first: number, last: number, page: number, pagesMax: number): { position: number; limit: number } | null {
    const end = this.total === null ? last : Math.min(last, this.total - 1)
    let begin = Math.max(0, first)
    while (begin <= end && this.known.has(begin)) begin += 1
    if (begin > end && this.total !== null) return null
    let stop = end
    while (stop > begin && this.known.has(stop)) stop -= 1
    const position = Math.floor(begin / page) * page
    const pages = Math.min(pagesMax, Math.floor(Math.max(begin, stop) / page) - Math.floor(begin / page) + 1)
    return { position, limit: pages * page }
  }
}
