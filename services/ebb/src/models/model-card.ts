import type { ModelRecord } from '@ebb/contracts/model-record'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import {
  type ModelBook,
  modelOf,
  type Scored,
  versionInForce,
} from '@ebb/scorer/training/model-book'

/** What there is to know of a model: what it is, what it was made from, what it is worth. */
export interface ModelCard extends Scored {
  readonly isInForce: boolean
  /** Where its parameters are from, what it was graded on, and how; absent of the shipped one. */
  readonly record?: ModelRecord
  /** What it cannot do, a sentence each. */
  readonly limits: readonly string[]
}

/** The card of a version. Throws `EBB_MODEL_UNKNOWN`. */
export const modelCard = (book: ModelBook, version: string): ModelCard => {
  const record = book.models.get(version)
  return {
    ...modelOf(book, version),
    isInForce: versionInForce(book) === version,
    ...(record && { record }),
    limits: limitsOf(record),
  }
}

const FEW = 30

const limitsOf = (record: ModelRecord | undefined): string[] => {
  const { horizonDays } = SHIPPED_SCORING.policy
  return [
    `It knows days with an order, and nothing else: what was bought, looked at or complained of plays no part in the risk of no order in ${horizonDays} days.`,
    ...(record?.visits ? [VISITS_LIMIT] : []),
    ...(record === undefined ? SHIPPED_LIMITS : fittedLimits(record)),
  ]
}

const VISITS_LIMIT =
  'Days with a visit only bring light forward, for who browses less than ever; the grades know nothing of them.'

const SHIPPED_LIMITS = [
  'It was fitted to 2,357 customers of CDNOW, a music shop of 1997: how often the customers of this shop buy and leave it does not know.',
]

const fittedLimits = ({ dropoutIdentified, heldOut, spend }: ModelRecord): string[] => {
  const { grades, horizonDays } = heldOut
  const loyal = grades.x5plus
  return [
    ...(dropoutIdentified
      ? []
      : [
          'These orders do not show whether customers ever leave for good: a mean chance of 5 % after each order was set, and only how often they buy was fitted.',
        ]),
    `It was graded on one slice of ${horizonDays} days; another season may be another one.`,
    'What is in force was fitted to that slice as well: the grades are those of the same kind of model, fitted to what was known before it.',
    'The model that it was compared with may have been fitted to a part of that slice: that is to its advantage.',
    ...(Math.min(loyal.quiet, loyal.customers - loyal.quiet) < FEW
      ? [
          `Of customers with six order days or more ${loyal.quiet} were quiet and ${loyal.customers - loyal.quiet} were not: too few for more than a hint.`,
        ]
      : []),
    ...(spend ? [] : ['Too few orders have an amount: it says nothing of what they are worth.']),
  ]
}

/** What the prior of visits is, for people. */
export const VISITS_KIND = 'gamma-poisson, in days'

/** Names of the strata, for people. */
export const STRATUM_NAMES = {
  all: 'all',
  x0: 'one order day',
  x1to4: 'two to five',
  x5plus: 'six or more',
} as const

/** Who was graded, for people, and how they did. */
export const rivalsOf = ({ heldOut }: ModelRecord) =>
  [
    ['this kind of model', heldOut.grades],
    [heldOut.champion.version, heldOut.champion.grades],
    ['recency', heldOut.recency],
  ] as const

/** A measure to so many digits; a dash where it is not defined. */
export const measureText = (measure: number | null, digits = 4): string =>
  measure === null ? '–' : measure.toFixed(digits)

/** Parameters by name, to six significant digits. */
export const parameterTexts = (parameters: object): (readonly [string, string])[] =>
  Object.entries(parameters)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => [name, String(Number((value as number).toPrecision(6)))] as const)
