import type { PurchaseHistory } from '../models/purchase-history.ts'
import type { VisitDays } from '../models/visit-rhythm.ts'

/** What training needs of one customer, as numbers. Times in weeks. */
export interface TrainingRow {
  /** As of the cut; absent where the first order came behind it. */
  readonly atCut?: PurchaseHistory
  /** Whether no order came behind the cut. */
  readonly isQuiet: boolean
  /** As of now. */
  readonly now: PurchaseHistory
  /** Days with an order behind the first whose value is known, and their mean, in major units. */
  readonly value: { readonly orders: number; readonly mean: number }
  /** As of now; absent where nobody told of a visit. */
  readonly visits?: VisitDays
}

const WIDTH = 11
const NONE = -1

/** Rows in one block of memory, which can be handed to another thread without a copy. */
export interface TrainingRows {
  add(row: TrainingRow): void
  /** Eleven numbers a row, for `readTrainingRows`. */
  block(): Float64Array<ArrayBuffer>
}

const FIRST_ROWS = 1_024

/** An empty block that grows. */
export function trainingRows(): TrainingRows {
  let block = new Float64Array(FIRST_ROWS * WIDTH)
  let length = 0
  return {
    add: (row) => {
      if (length === block.length) {
        const grown = new Float64Array(2 * length)
        grown.set(block)
        block = grown
      }
      block.set(numbersOf(row), length)
      length += WIDTH
    },
    block: () => block.slice(0, length),
  }
}

const numbersOf = ({ atCut, isQuiet, now, value, visits }: TrainingRow): number[] => [
  ...(atCut === undefined ? [NONE, 0, 0] : numbersOfHistory(atCut)),
  Number(isQuiet),
  ...numbersOfHistory(now),
  value.orders,
  value.mean,
  ...(visits === undefined ? [NONE, 0] : [visits.activeDays, visits.observedDays]),
]

const numbersOfHistory = ({ frequency, recency, age }: PurchaseHistory): number[] => [
  frequency,
  recency,
  age,
]

/** The rows of a block, in the order in which they were added. */
export function readTrainingRows(block: Float64Array): TrainingRow[] {
  return Array.from({ length: block.length / WIDTH }, (_, i) =>
    rowOf(block.subarray(i * WIDTH, (i + 1) * WIDTH)),
  )
}

function rowOf(numbers: Float64Array): TrainingRow {
  const atCut = historyOf(numbers, 0)
  const [isQuiet, orders, mean] = [numbers[3]!, numbers[7]!, numbers[8]!]
  const [activeDays, observedDays] = [numbers[9]!, numbers[10]!]
  return {
    ...(atCut.frequency !== NONE && { atCut }),
    isQuiet: isQuiet === 1,
    now: historyOf(numbers, 4),
    value: { orders, mean },
    ...(activeDays !== NONE && { visits: { activeDays, observedDays } }),
  }
}

const historyOf = (numbers: Float64Array, at: number): PurchaseHistory => ({
  frequency: numbers[at]!,
  recency: numbers[at + 1]!,
  age: numbers[at + 2]!,
})
