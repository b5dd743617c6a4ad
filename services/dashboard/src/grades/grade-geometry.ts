import type { MonthGrade } from '@ebb/contracts/dashboard-api'

/** A place in a drawing, CSS pixels. */
export interface Spot {
  readonly x: number
  readonly y: number
}

/** The rectangle that is drawn in, CSS pixels. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Whose line it is. */
export type Line = 'model' | 'silence' | 'gap'

export const LINES = ['model', 'silence', 'gap'] as const satisfies readonly Line[]

/** What one line says of a month; null where nothing. */
export const aucOf = ({ auc, rules }: MonthGrade, line: Line): number | null =>
  line === 'model' ? auc : (rules.find(({ rule }) => rule === line)?.auc ?? null)

/** The least AUC of a drawing: chance, or what is below it, by tenths. */
export const lowestAuc = (months: readonly MonthGrade[]): number => {
  const all = months.flatMap((month) => LINES.map((line) => aucOf(month, line) ?? 1))
  return Math.floor(Math.min(0.5, ...all) * 10) / 10
}

/**
 * Places of values from `low` to 1, evenly from left to right. A value that is not known breaks the
 * line in two.
 */
export const runsOf = (
  values: readonly (number | null)[],
  frame: Frame,
  low: number,
): readonly (readonly Spot[])[] => {
  const runs: Spot[][] = [[]]
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([])
    else
      runs.at(-1)!.push({ x: placeOf(index, values.length, frame), y: heightOf(value, frame, low) })
  }
  return runs.filter((run) => run.length > 0)
}

/** From left to right; a single one stands in the middle. */
export const placeOf = (index: number, count: number, { left, right }: Frame): number =>
  left + (right - left) * (count < 2 ? 0.5 : index / (count - 1))

/** From bottom to top. */
export const heightOf = (value: number, { top, bottom }: Frame, low: number): number =>
  bottom - ((value - low) / (1 - low)) * (bottom - top)

/** A line through places as the data of an SVG path. */
export const pathThrough = (spots: readonly Spot[]): string =>
  spots.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')
