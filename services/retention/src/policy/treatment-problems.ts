import type { PolicyDocument } from './policy-schema.ts'
import type { SoundParts } from './sound-parts.ts'
import { unknownName } from './unknown-name.ts'
import type { Path, Problem } from './yaml-source.ts'

type WrittenTreatment = PolicyDocument['treatments'][string]
type Field = 'discount' | 'minimumOrder' | 'validDays' | 'budget' | 'points' | 'task'

/** What a kind cannot do without, and what else it may have. */
interface FieldsOfKind {
  readonly needs: readonly Field[]
  readonly takes: readonly Field[]
}

const COUPON: FieldsOfKind = {
  // Without a budget it could cost any amount.
  needs: ['discount', 'validDays', 'budget'],
  takes: ['minimumOrder', 'task'],
}
const MESSAGE: FieldsOfKind = { needs: [], takes: ['task'] }
const CONTACT: FieldsOfKind = { needs: ['task'], takes: [] }

const FIELDS: Readonly<Record<WrittenTreatment['kind'], FieldsOfKind>> = {
  coupon: COUPON,
  limited_discount: COUPON,
  points: { needs: ['points'], takes: ['task'] },
  recommendation: MESSAGE,
  exclusive_service: MESSAGE,
  survey: MESSAGE,
  support_contact: CONTACT,
  service_call: CONTACT,
}

const ALL_FIELDS: readonly Field[] = [...COUPON.needs, ...COUPON.takes, 'points']

/** Treatments that lack what their kind needs, have what it cannot use, or cost without a bound. */
export const treatmentProblems = ({ treatments, budgetNames }: SoundParts): Problem[] =>
  treatments.flatMap(([name, treatment]) => {
    const path = ['treatments', name]
    return [
      ...fieldProblems(treatment, path),
      ...discountProblems(treatment.discount, [...path, 'discount']),
      ...unknownName(treatment.budget, budgetNames, { path: [...path, 'budget'], of: 'budget' }),
    ]
  })

const fieldProblems = (treatment: WrittenTreatment, path: Path): Problem[] => {
  const { kind } = treatment
  const { needs, takes } = FIELDS[kind]
  const missing = needs.filter((field) => treatment[field] === undefined)
  const idle = ALL_FIELDS.filter(
    (field) => treatment[field] !== undefined && !needs.includes(field) && !takes.includes(field),
  )
  return [
    ...missing.map((field) => ({
      path,
      what: `A treatment of kind ${kind} needs "${field}"`,
      fix: `Add ${field}, or change its kind`,
    })),
    ...idle.map((field) => ({
      path: [...path, field],
      what: `A treatment of kind ${kind} has no use for "${field}"`,
      fix: `Leave ${field} out, or change its kind`,
    })),
  ]
}

const discountProblems = (discount: WrittenTreatment['discount'], path: Path): Problem[] => {
  if (discount === undefined) return []
  const { percent, maximum, amount } = discount
  if ((percent === undefined) === (amount === undefined)) return [{ path, ...NOT_EITHER }]
  if (percent !== undefined && maximum === undefined) return [{ path, ...NO_MAXIMUM }]
  return amount !== undefined && maximum !== undefined
    ? [{ path: [...path, 'maximum'], ...IDLE_MAXIMUM }]
    : []
}

const NOT_EITHER = {
  what: 'A discount is either a percentage or an amount',
  fix: 'Write percent and maximum, or amount',
}

const NO_MAXIMUM = {
  what: 'A discount in percent without a maximum could cost any amount',
  fix: 'Add maximum: the most that it takes off an order',
}

const IDLE_MAXIMUM = {
  what: 'An amount has no use for "maximum"',
  fix: 'Leave maximum out, or write percent in place of amount',
}
