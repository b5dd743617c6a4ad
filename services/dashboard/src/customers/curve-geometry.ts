import type { SilenceView, Standing } from '@ebb/contracts/dashboard-api'

/** Risk at an instant in ms. */
export interface CurvePoint {
  readonly at: number
  readonly risk: number
}

/** The rectangle that the curve is drawn in, in CSS pixels. */
export interface Plot {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** From instants and risks to pixels, and back. */
export interface Scales {
  readonly x: (at: number) => number
  readonly y: (risk: number) => number
  readonly at: (x: number) => number
}

/** All that the parts of the drawing need. */
export interface Drawing {
  readonly silence: SilenceView
  readonly points: readonly CurvePoint[]
  readonly scales: Scales
  readonly plot: Plot
  readonly isWide: boolean
}

const DAY_MS = 86_400_000

/** The points of a silence, in ms. */
export const pointsOf = ({ curve }: Pick<SilenceView, 'curve'>): CurvePoint[] =>
  curve.map(({ at, risk }) => ({ at: Date.parse(at), risk }))

/** Share of the drawing's height that stays free below the least risk. */
const ROOM_BELOW = 0.14

/**
 * The least risk of the drawing. It ends at 1, and begins below the curve: tiers are relative to
 * the customer's own risk, and from 0 on they would all be a thin stripe at the top.
 */
export const lowestRisk = (points: readonly CurvePoint[]): number => {
  const least = Math.min(...points.map(({ risk }) => risk), 0.999)
  return Math.max(0, (least - ROOM_BELOW) / (1 - ROOM_BELOW))
}

/** Scales that fill a plot with a curve of two or more instants. */
export const scalesOf = (points: readonly CurvePoint[], plot: Plot): Scales => {
  const from = points[0]!.at
  const span = Math.max(points.at(-1)!.at - from, 1)
  const low = lowestRisk(points)
  const width = plot.right - plot.left
  return {
    x: (at) => plot.left + ((at - from) / span) * width,
    y: (risk) => plot.bottom - ((risk - low) / (1 - low)) * (plot.bottom - plot.top),
    at: (x) => from + (Math.min(Math.max((x - plot.left) / width, 0), 1) || 0) * span,
  }
}

/** The risk between two points of a curve by a straight line; the nearest end outside of it. */
export const riskOn = (points: readonly CurvePoint[], at: number): number => {
  const after = points.findIndex((point) => point.at >= at)
  if (after === -1) return points.at(-1)!.risk
  if (after === 0) return points[0]!.risk
  const [a, b] = [points[after - 1]!, points[after]!]
  return a.risk + ((at - a.at) / (b.at - a.at)) * (b.risk - a.risk)
}

/** The curve so far and the curve to come; both have the point of now. */
export const splitAt = (
  points: readonly CurvePoint[],
  now: number,
): { readonly past: readonly CurvePoint[]; readonly future: readonly CurvePoint[] } => {
  const turn = { at: now, risk: riskOn(points, now) }
  return {
    past: [...points.filter(({ at }) => at < now), turn],
    future: [turn, ...points.filter(({ at }) => at > now)],
  }
}

/** A line through points as the data of an SVG path. */
export const pathOf = (points: readonly CurvePoint[], { x, y }: Scales): string =>
  points
    .map(({ at, risk }, index) => `${index === 0 ? 'M' : 'L'}${tenth(x(at))} ${tenth(y(risk))}`)
    .join('')

const tenth = (pixels: number): number => Math.round(10 * pixels) / 10

/** The risks between which a customer has a standing. */
export interface Zone {
  readonly standing: Standing
  readonly from: number
  readonly until: number
}

/** The zones of a drawing from the lowest, without those that lie below it; lost is none. */
export const zonesOf = (milestones: SilenceView['milestones'], low: number): Zone[] => {
  const begins: { standing: Standing; from: number }[] = [{ standing: 'healthy', from: low }]
  for (const { standing, threshold } of milestones) {
    if (threshold !== null) begins.push({ standing, from: Math.max(threshold, low) })
  }
  return begins
    .map((zone, index) => ({ ...zone, until: begins[index + 1]?.from ?? 1 }))
    .filter(({ from, until }) => until > from)
}

const TICK_DAYS = [1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1_825, 3_650]

/** Days of silence at which an axis is marked, from 0, at most so many. */
export const tickDays = (spanMs: number, most: number): number[] => {
  const days = spanMs / DAY_MS
  const step = TICK_DAYS.find((each) => days / each < most) ?? days
  return Array.from({ length: Math.floor(days / step) + 1 }, (_, index) => index * step)
}

/** A label that wants to stand in the middle of `x`. */
export interface Label {
  readonly x: number
  readonly width: number
}

/**
 * Where the middles of labels go so that none covers another and none leaves the range: each as
 * near to where it wants to be as those on its left let it, then pushed back from the right end.
 * The labels are in rising order of `x`; they fit if the range is as wide as all of them.
 */
export const placed = (labels: readonly Label[], from: number, until: number): number[] => {
  let edge = from
  const middles = labels.map(({ x, width }) => {
    const middle = Math.max(x, edge + width / 2)
    edge = middle + width / 2
    return middle
  })
  edge = until
  for (let index = labels.length - 1; index >= 0; index--) {
    const { width } = labels[index]!
    middles[index] = Math.min(middles[index]!, edge - width / 2)
    edge = middles[index]! - width / 2
  }
  return middles
}
