import { displayWidth } from './terminal-text.ts'

/** A column of a table. */
export interface Column {
  readonly title: string
  /** Numbers stand at the right, everything else at the left. */
  readonly align?: 'right'
}

const GAP = '  '

/** Titles and rows as aligned lines, each cell under the title of its column. */
export const textTable = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] => {
  const all = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, i) => Math.max(...all.map((cells) => displayWidth(cells[i]!))))
  return all.map((cells) =>
    columns
      .map(({ align }, i) => padded(cells[i]!, widths[i]!, align))
      .join(GAP)
      .trimEnd(),
  )
}

const padded = (text: string, width: number, align: Column['align']): string => {
  const space = ' '.repeat(width - displayWidth(text))
  return align === 'right' ? space + text : text + space
}
