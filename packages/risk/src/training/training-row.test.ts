import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readTrainingRows, type TrainingRow, trainingRows } from './training-row.ts'

const weeks = fc.double({ min: 0, max: 5_000, noNaN: true })
const history = fc.record({ frequency: fc.nat(100_000), recency: weeks, age: weeks })
const anyRow: fc.Arbitrary<TrainingRow> = fc.record(
  {
    atCut: history,
    isQuiet: fc.boolean(),
    now: history,
    value: fc.record({ orders: fc.nat(100_000), mean: weeks }),
    visits: fc.record({ activeDays: fc.nat(10_000), observedDays: weeks }),
  },
  { requiredKeys: ['isQuiet', 'now', 'value'] },
)

test('a block holds what was added, however much that is', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 50 }), fc.integer({ min: 1, max: 60 }), (some, n) => {
      const rows = trainingRows()
      const all = Array.from({ length: n }, () => some).flat()
      for (const row of all) rows.add(row)
      expect(readTrainingRows(rows.block())).toEqual(all)
    }),
    { numRuns: 30 },
  )
})
