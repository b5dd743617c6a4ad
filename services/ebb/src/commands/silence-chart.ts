import { type RiskCurve, riskCurve } from '@ebb/risk/silence/risk-curve'
import type { PerTier } from '@ebb/risk/silence/tiers'
import { daysBetween } from './shop-time.ts'
import type { Silence } from './silence.ts'

const WIDEST = 80
const NARROWEST_PLOT = 16
const ROWS = 14
/** A braille sign has two dots side by side and four on top of each other. */
const DOTS = { across: 2, down: 4 }
const NAME_WIDTH = ' moderate'.length

/**
 * The risk from the last order on, if no other comes, drawn in braille signs: at most 80 columns,
 * thresholds as dashed lines with their names, the present as a dotted line with `●` on the curve.
 * The risk axis ends at 1 and begins at 0, or nearer to 1 where the curve begins
 * high, so that the thresholds never fall together.
 */
export const silenceChart = (silence: Silence, columns: number): string[] => {
  const { rhythm, now, riskAtLastOrder, risk, milestones } = silence
  const scale = riskScale(riskAtLastOrder)
  const plot = Math.min(columns, WIDEST) - scale.labelWidth - 1 - NAME_WIDTH
  const width = Math.max(plot, NARROWEST_PLOT)
  const until = chartEnd(silence)
  const curve = riskCurve(rhythm, silence.scoring, { until, samples: width * DOTS.across })
  const days = daysBetween(rhythm.lastAt, until)
  const nowDay = daysBetween(rhythm.lastAt, now)
  const present = { column: columnOf(Math.min(nowDay, days), days, width), row: scale.rowOf(risk) }
  const margin = ' '.repeat(scale.labelWidth)
  const [axis, numbers] = dayAxis(days, width)
  return [
    ...plotLines(curve, { scale, width, present }),
    `${margin}${axis}${until === milestones.at(-1)?.at ? ' lost' : ''}`,
    `${margin}${numbers}`,
    `${margin} ${nowLine(nowDay, { days, width, column: present.column })}`.trimEnd(),
  ]
}

/**
 * Twice as far as heavy, so that the thresholds lie in the left half; farther where the present is
 * later, but not by more than a quarter beyond lost.
 */
const chartEnd = ({ rhythm, now, milestones }: Silence): number => {
  const [heavy, lost] = (['heavy', 'lost'] as const).map(
    (name) => milestones.find((each) => each.name === name)?.at ?? Number.POSITIVE_INFINITY,
  ) as [number, number]
  const enough = Math.min(lost, heavy + (heavy - rhythm.lastAt))
  return Math.min(Math.max(now, enough), lost + (lost - rhythm.lastAt) / 4)
}

const columnOf = (day: number, days: number, width: number): number =>
  Math.round((day / days) * (width - 1))

interface RiskScale {
  readonly labelWidth: number
  readonly label: (risk: number) => string
  readonly bottom: number
  /** Row of dots, from the top. */
  readonly dotOf: (risk: number) => number
  readonly rowOf: (risk: number) => number
}

const HEIGHTS = [0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1]

/** The axis is at most twice as high as what it has to show. */
const riskScale = (least: number): RiskScale => {
  const height = HEIGHTS.find((each) => each >= 1 - least) ?? 1
  const digits = height < 0.1 ? 3 : 2
  const lastDot = ROWS * DOTS.down - 1
  const dotOf = (risk: number): number =>
    Math.min(lastDot, Math.max(0, Math.round(((1 - risk) / height) * lastDot)))
  return {
    labelWidth: digits + '0. '.length,
    label: (risk) => risk.toFixed(digits),
    bottom: 1 - height,
    dotOf,
    rowOf: (risk) => Math.floor(dotOf(risk) / DOTS.down),
  }
}

interface Plot {
  readonly scale: RiskScale
  readonly width: number
  readonly present: { readonly column: number; readonly row: number }
}

const plotLines = ({ points, thresholds }: RiskCurve, plot: Plot): string[] => {
  const { scale, width, present } = plot
  const signs = brailleSigns(
    points.map(({ risk }) => scale.dotOf(risk)),
    width,
  )
  const labels = rowLabels(thresholds, scale)
  return signs.map((line, row) => {
    const { value = '', name } = labels.get(row) ?? {}
    const axis = value === '' ? '│' : '┤'
    const empty = name === undefined ? ' ' : '╌'
    const body = line.map((sign, column) => {
      if (column !== present.column) return sign ?? empty
      return row === present.row ? '●' : (sign ?? '┊')
    })
    const label = value.padEnd(scale.labelWidth)
    return `${label}${axis}${body.join('')} ${name ?? ''}`.trimEnd()
  })
}

interface RowLabel {
  readonly value: string
  readonly name?: string
}

const rowLabels = (thresholds: PerTier, scale: RiskScale): ReadonlyMap<number, RowLabel> => {
  const tiers = ['light', 'moderate', 'heavy'] as const
  return new Map<number, RowLabel>([
    [0, { value: scale.label(1) }],
    [ROWS - 1, { value: scale.label(scale.bottom) }],
    ...tiers.map((name): [number, RowLabel] => {
      const value = scale.label(thresholds[name])
      return [scale.rowOf(thresholds[name]), { value, name }]
    }),
  ])
}

/** Bit of each dot of a braille sign, by column and row. */
const DOT_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const
const BRAILLE = 0x2800

/** A line through one dot a column of dots; `undefined` where a sign would be empty. */
const brailleSigns = (dots: readonly number[], width: number): (string | undefined)[][] => {
  const bits = Array.from({ length: ROWS }, () => new Array<number>(width).fill(0))
  for (const [x, dot] of dots.entries()) {
    // Risk rises in silence: up from the column before, so that a steep line has no holes.
    const below = Math.max(dot, (dots[x - 1] ?? dot) - 1)
    for (let y = dot; y <= below; y += 1) {
      const cells = bits[Math.floor(y / DOTS.down)]!
      cells[Math.floor(x / DOTS.across)]! |= DOT_BITS[x % 2]![y % DOTS.down]!
    }
  }
  return bits.map((cells) =>
    cells.map((cell) => (cell === 0 ? undefined : String.fromCodePoint(BRAILLE + cell))),
  )
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000]
const COLUMNS_A_STEP = 8

/** The axis of days and the numbers under it. */
const dayAxis = (days: number, width: number): [axis: string, numbers: string] => {
  const step = STEPS.find((each) => (each / days) * width >= COLUMNS_A_STEP) ?? days
  const axis = new Array<string>(width).fill('─')
  const numbers = new Array<string>(width + 1).fill(' ')
  for (let day = 0; day <= days; day += step) {
    const column = columnOf(day, days, width)
    axis[column] = '┬'
    const text = String(day)
    numbers.splice(column + 1, text.length, ...text)
  }
  return [`└${axis.join('')}`, numbers.join('').trimEnd()]
}

/** Under the present, or at the right edge where it lies beyond. */
const nowLine = (
  nowDay: number,
  { days, width, column }: { days: number; width: number; column: number },
): string => {
  const text = `now, day ${Math.floor(nowDay)}`
  if (nowDay > days) return `${text} ▶`.padStart(width)
  const right = `${' '.repeat(column)}▲ ${text}`
  return right.length <= width ? right : `${text} ▲`.padStart(column + 1)
}
