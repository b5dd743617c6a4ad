import { auc } from '../grading/metrics.ts'
import { type HeldOutCase, STRATA } from './held-out.ts'

/** The least share by which the Brier score has to be lower. */
const LEAST_GAIN = 0.01
/** And by how many standard errors of the difference. */
const LEAST_ERRORS = 2
/** Below so many of either kind an AUC says nothing. */
const LEAST_CASES = 10

/** Whether a candidate takes the champion's place. */
export interface Verdict {
  readonly isBetter: boolean
  /** In numbers. */
  readonly why: string
}

/**
 * The rule of promotion, on a slice of time that the candidate had not seen:
 *
 * 1. its Brier score is lower by 1 % or more, and by more than two standard errors of the mean
 *    difference customer by customer, so that a shop's model does not change by chance; and
 * 2. among the loyal (x ≥ 5) its AUC is not lower by more than one standard error of the
 *    champion's (Hanley & McNeil 1982). With fewer than ten of them quiet, or fewer than ten not,
 *    nothing can be said, and this does not hold it back.
 *
 * @param candidate the same customers in the same order as `champion`.
 */
export function promotionVerdict(
  candidate: readonly HeldOutCase[],
  champion: readonly HeldOutCase[],
): Verdict {
  const gain = brierGain(candidate, champion)
  const loyal = loyalAucs(candidate, champion)
  const isSharper = gain.share >= LEAST_GAIN && gain.mean > LEAST_ERRORS * gain.error
  const isBlinder = loyal !== undefined && loyal.candidate < loyal.champion - loyal.error
  return { isBetter: isSharper && !isBlinder, why: `${gainText(gain)}; ${loyalText(loyal)}` }
}

interface Gain {
  readonly candidate: number
  readonly champion: number
  /** Of the champion's Brier score. */
  readonly share: number
  /** Mean of the differences of the squared errors, and its standard error. */
  readonly mean: number
  readonly error: number
}

function brierGain(candidate: readonly HeldOutCase[], champion: readonly HeldOutCase[]): Gain {
  const count = candidate.length
  const losses = (cases: readonly HeldOutCase[]) =>
    cases.map(({ risk, isTrue }) => (risk - Number(isTrue)) ** 2)
  const [ours, theirs] = [losses(candidate), losses(champion)]
  const gains = theirs.map((loss, i) => loss - ours[i]!)
  const mean = total(gains) / count
  const variance = total(gains.map((gain) => (gain - mean) ** 2)) / Math.max(1, count - 1)
  const [of, against] = [total(ours) / count, total(theirs) / count]
  return {
    ...{ candidate: of, champion: against, mean },
    share: against === 0 ? 0 : mean / against,
    error: Math.sqrt(variance / count),
  }
}

interface LoyalAucs {
  readonly candidate: number
  readonly champion: number
  /** Standard error of the champion's. */
  readonly error: number
}

function loyalAucs(
  candidate: readonly HeldOutCase[],
  champion: readonly HeldOutCase[],
): LoyalAucs | undefined {
  const loyal = (cases: readonly HeldOutCase[]) =>
    cases.filter(({ frequency }) => STRATA.x5plus(frequency))
  const [ours, theirs] = [loyal(candidate), loyal(champion)]
  const quiet = theirs.filter(({ isTrue }) => isTrue).length
  const others = theirs.length - quiet
  if (quiet < LEAST_CASES || others < LEAST_CASES) return undefined
  const area = auc(theirs)
  return { candidate: auc(ours), champion: area, error: aucError(area, quiet, others) }
}

/** Standard error of an AUC, Hanley & McNeil 1982 (1), with Q₁ and Q₂ of their exponential model. */
function aucError(area: number, positives: number, negatives: number): number {
  const q1 = area / (2 - area)
  const q2 = (2 * area ** 2) / (1 + area)
  const variance =
    area * (1 - area) + (positives - 1) * (q1 - area ** 2) + (negatives - 1) * (q2 - area ** 2)
  return Math.sqrt(variance / (positives * negatives))
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const digits = (value: number): string => value.toFixed(4)

const gainText = ({ candidate, champion, share, mean, error }: Gain): string => {
  const by = `${(100 * Math.abs(share)).toFixed(1)} % ${share < 0 ? 'higher' : 'lower'}`
  const errors = error === 0 ? 'no' : (Math.abs(mean) / error).toFixed(1)
  return `Brier score ${digits(candidate)} against ${digits(champion)}, ${by}, ${errors} standard errors`
}

const loyalText = (loyal: LoyalAucs | undefined): string =>
  loyal === undefined
    ? 'too few loyal customers to compare them alone'
    : `AUC of the loyal ${digits(loyal.candidate)} against ${digits(loyal.champion)} ± ${digits(loyal.error)}`
