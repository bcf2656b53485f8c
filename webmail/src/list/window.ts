// Which rows of a long list are drawn.

/** Rows drawn above and below what is seen, so that a small scroll shows no gap. */
const margin = 8

export interface RowWindow {
  first: number
  /** Inclusive; `first - 1` when there is none. */
  last: number
}

export function rowWindow(scrollTop: number, height: number, rowHeight: number, total: number, more = margin): RowWindow {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - more)
  const last = Math.min(total - 1, Math.ceil((scrollTop + height) / rowHeight) - 1 + more)
  return { first: Math.min(first, Math.max(0, total - 1)), last: Math.max(last, -1) }
}

/** Where to scroll so that a row is seen whole; null when it is. */
export function scrollTo(row: number, scrollTop: number, height: number, rowHeight: number): number | null {
  if (row * rowHeight < scrollTop) return row * rowHeight
  if ((row + 1) * rowHeight > scrollTop + height) return (row + 1) * rowHeight - height
  return null
}
