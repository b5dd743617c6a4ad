/** A risk, and whether what it is the risk of came true. */
export interface Judged {
  readonly risk: number
  readonly isTrue: boolean
}

/** Those with the highest risks, if everybody from some risk on is told. */
export interface OperatingPoint {
  readonly told: number
  /** How many of them are true cases. */
  readonly right: number
}

/**
 * What is told at every distinct risk, from nobody to everybody. Cases of one risk are told
 * together, so that the order of `judged` plays no role.
 */
export function operatingPoints(judged: readonly Judged[]): OperatingPoint[] {
  const sorted = judged.toSorted((left, right) => right.risk - left.risk)
  const points = [{ told: 0, right: 0 }]
  let right = 0
  for (const [i, { risk, isTrue }] of sorted.entries()) {
    right += Number(isTrue)
    if (sorted[i + 1]?.risk !== risk) points.push({ told: i + 1, right })
  }
  return points
}

/**
 * Area under the ROC curve: how often a true case has a higher risk than a false one, a tie
 * counting half (Mann & Whitney 1947; Hanley & McNeil 1982). NaN without both kinds of cases.
 */
export function auc(judged: readonly Judged[]): number {
  const points = operatingPoints(judged)
  const { told, right: positives } = points.at(-1)!
  const area = pairs(points).reduce((sum, [before, after]) => {
    const falseTold = after.told - before.told - (after.right - before.right)
    return sum + (falseTold * (before.right + after.right)) / 2
  }, 0)
  return area / (positives * (told - positives))
}

/**
 * Average precision: Σ (recall gained) × (precision) over the distinct risks from the highest down,
 * a step function without interpolation (Davis & Goadrich 2006). The share of true cases where all
 * risks are equal; NaN without a true case.
 */
export function averagePrecision(judged: readonly Judged[]): number {
  const points = operatingPoints(judged)
  const sum = pairs(points).reduce(
    (sum, [before, { told, right }]) => sum + ((right - before.right) * right) / told,
    0,
  )
  return sum / points.at(-1)!.right
}

/**
 * Lift at a share: how many times as many true cases are among the `share` of the highest risks as
 * among all. Where the share ends within cases of one risk they are taken in part. NaN without a
 * true case.
 *
 * @param share in (0, 1].
 */
export function liftAt(judged: readonly Judged[], share: number): number {
  const points = operatingPoints(judged)
  const all = points.at(-1)!
  const wanted = share * all.told
  const step = pairs(points).find(([, after]) => after.told >= wanted)
  if (step === undefined) return Number.NaN
  const [before, after] = step
  const part = (wanted - before.told) / (after.told - before.told)
  return (before.right + part * (after.right - before.right)) / (share * all.right)
}

/** The lift at each of so many equal shares of the cases, the last one being all: 1. */
export function liftCurve(
  judged: readonly Judged[],
  steps = 20,
): { share: number; lift: number }[] {
  return Array.from({ length: steps }, (_, step) => (step + 1) / steps).map((share) => ({
    share,
    lift: liftAt(judged, share),
  }))
}

/** Mean squared distance of the risks from what came true (Brier 1950). NaN of no case. */
export function brier(judged: readonly Judged[]): number {
  const errors = judged.map(({ risk, isTrue }) => (risk - Number(isTrue)) ** 2)
  return total(errors) / judged.length
}

/** One group of cases next to one another in risk. */
export interface CalibrationGroup {
  readonly cases: number
  readonly meanRisk: number
  /** Share of the cases that came true. */
  readonly rate: number
}

/**
 * The calibration curve: cases in rising order of risk in groups of equal size (the first ones have
 * one more where it does not divide), each with its mean risk and what came true. Cases of one risk share what came true of them, so that the
 * order of `judged` plays no role. Fewer groups where there are fewer cases.
 */
export function calibrationCurve(judged: readonly Judged[], groups = 10): CalibrationGroup[] {
  const risks = judged.map(({ risk }) => risk).sort((left, right) => right - left)
  const falling = pairs(operatingPoints(judged)).flatMap(([before, after]) => {
    const rate = (after.right - before.right) / (after.told - before.told)
    return risks.slice(before.told, after.told).map((risk) => ({ risk, rate }))
  })
  const rising = falling.reverse()
  const size = Math.floor(rising.length / groups)
  const boundary = (group: number) => group * size + Math.min(group, rising.length % groups)
  return Array.from({ length: groups }, (_, group) =>
    rising.slice(boundary(group), boundary(group + 1)),
  )
    .filter(({ length }) => length > 0)
    .map((some) => ({
      cases: some.length,
      meanRisk: total(some.map(({ risk }) => risk)) / some.length,
      rate: total(some.map(({ rate }) => rate)) / some.length,
    }))
}

/**
 * Expected calibration error: mean distance of the mean risk from the rate over the groups of
 * `calibrationCurve`, weighted by cases (Naeini, Cooper & Hauskrecht 2015, with groups of equal
 * size). NaN of no case.
 */
export function expectedCalibrationError(judged: readonly Judged[], groups = 10): number {
  const errors = calibrationCurve(judged, groups).map(
    ({ cases, meanRisk, rate }) => cases * Math.abs(meanRisk - rate),
  )
  return total(errors) / judged.length
}

function pairs<T>(values: readonly T[]): (readonly [T, T])[] {
  return values.slice(1).map((value, i) => [values[i]!, value])
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
