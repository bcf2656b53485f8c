import type { Id } from '../jmap/types'

/** Which rows are selected, and which one the keyboard is at. Values: each change makes a new one. */
export interface Selection {
  rows: ReadonlySet<Id>
  /** The row of the keyboard. */
  current: Id | null
  /** Where a range with the Shift key begins. */
  anchor: Id | null
}

export const nothingSelected: Selection = { rows: new Set(), current: null, anchor: null }

/** What a click selects: `toggle` with the Control key, `range` with Shift. */
export function selected(before: Selection, row: Id, how: 'only' | 'toggle' | 'range', order: readonly Id[]): Selection {
  if (how === 'range' && before.anchor !== null) {
    const [from, to] = [order.indexOf(before.anchor), order.indexOf(row)]
    if (from >= 0 && to >= 0) {
      const range = order.slice(Math.min(from, to), Math.max(from, to) + 1)
      return { rows: new Set([...before.rows, ...range]), current: row, anchor: before.anchor }
    }
  }
  if (how === 'only') return { rows: new Set(), current: row, anchor: row }
  const rows = new Set(before.rows)
  if (!rows.delete(row)) rows.add(row)
  return { rows, current: row, anchor: row }
}

/** Without the rows that are gone. */
export function without(before: Selection, gone: ReadonlySet<Id>): Selection {
  return { ...before, rows: new Set([...before.rows].filter((row) => !gone.has(row))) }
}
