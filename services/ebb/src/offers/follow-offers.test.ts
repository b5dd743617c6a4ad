import { expect, test } from 'vitest'
import { offersSoFar } from './follow-offers.ts'
import { answersOf, logOf, winbackOf } from './offers-fixture.ts'

const OFFERS = answersOf(40).map(({ offer }) => offer)

test('all offers so far are those of the log to customers with a user id, each once', async () => {
  const records = OFFERS.map(winbackOf)
  const { userId: _, ...nameless } = { ...records[0]!, decisionId: 'nameless' }
  // A copy stands in the partition of the other.
  const log = await logOf([...records, nameless, records.at(-1)!, records.at(-1)!])
  const found = await offersSoFar(log)
  const byDecision = (offers: typeof OFFERS) =>
    offers.toSorted((left, right) => left.decisionId.localeCompare(right.decisionId))
  expect(OFFERS.length).toBeGreaterThan(10)
  expect(byDecision(found)).toEqual(byDecision(OFFERS))
})
