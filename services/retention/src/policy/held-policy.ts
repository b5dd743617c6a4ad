import { ReasonCode, type Tier } from '@ebb/contracts/alert-record'
import type { Discount } from '@ebb/contracts/winback-record'
import type { Policy, QuietHours, Rule, Treatment } from './policy.ts'
import { readAmount } from './policy-amount.ts'
import type { PolicyDocument } from './policy-schema.ts'

type WrittenTreatment = PolicyDocument['treatments'][string]
type WrittenRule = PolicyDocument['rules'][number]

/** The tiers of alerts that something can be done about. */
const TREATED_TIERS: readonly Tier[] = ['light', 'moderate', 'heavy']

/** Every reason there is. */
const REASONS: readonly ReasonCode[] = ReasonCode.anyOf.map((code) => code.const)

/** A policy without problems as it is held, for a currency with so many decimals. */
export const heldPolicy = (written: PolicyDocument, exponent: number): Policy => {
  const minor = minorBy(exponent)
  const { valueFloor, quietHours, segments, budgets = {}, treatments, rules, ...rest } = written
  const names = segments.map(({ name }) => name)
  return {
    ...rest,
    valueFloorMinor: minor(valueFloor),
    ...(quietHours && { quietHours: heldHours(quietHours) }),
    segments: segments.map(({ name, from }) => ({ name, fromMinor: minor(from) })),
    budgets: mapped(budgets, ({ limit }) => ({ limitMinor: minor(limit) })),
    treatments: mapped(treatments, (treatment, id) => heldTreatment(treatment, { id, minor })),
    rules: rules.map((rule) => heldRule(rule, names)),
  }
}

type ToMinor = (amount: number | string) => number

const minorBy =
  (exponent: number): ToMinor =>
  (amount) => {
    const reading = readAmount(amount, exponent)
    if ('minor' in reading) return reading.minor
    throw new TypeError(`a policy with a problem is not held: ${reading.what}`)
  }

const mapped = <A, B>(entries: Readonly<Record<string, A>>, of: (entry: A, name: string) => B) =>
  Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, of(entry, name)]))

const heldHours = ({ from, until }: { from: string; until: string }): QuietHours => ({
  fromMinute: minuteOf(from),
  untilMinute: minuteOf(until),
})

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const heldTreatment = (
  written: WrittenTreatment,
  { id, minor }: { id: string; minor: ToMinor },
): Treatment => {
  const { discount, minimumOrder, validDays, budget, ...rest } = written
  if (discount === undefined || validDays === undefined || budget === undefined)
    return { id, ...rest }
  const minimumOrderMinor = minimumOrder === undefined ? undefined : minor(minimumOrder)
  const coupon = {
    discount: heldDiscount(discount, minor),
    ...(minimumOrderMinor !== undefined && { minimumOrderMinor }),
    validDays,
    budget,
  }
  return { id, ...rest, coupon }
}

const heldDiscount = (
  { percent, maximum, amount }: NonNullable<WrittenTreatment['discount']>,
  minor: ToMinor,
): Discount =>
  percent === undefined
    ? { kind: 'amount', amountMinor: minor(amount ?? 0) }
    : { kind: 'percent', percent, maximumMinor: minor(maximum ?? 0) }

/** What a rule leaves out is everything. */
export const heldRule = (written: WrittenRule, segments: readonly string[]): Rule => ({
  tiers: written.tiers ?? TREATED_TIERS,
  reasons: written.reasons ?? REASONS,
  segments: written.segments ?? segments,
  candidates: written.treat.map((candidate) =>
    typeof candidate === 'string' ? { treatment: candidate, weight: 1 } : candidate,
  ),
})
