import { ReasonCode } from '@ebb/contracts/alert-record'
import type { DecisionView, WinbackSummary } from '@ebb/contracts/winback-api'
import { expect, test } from 'vitest'
import { answersOf, SHOP } from './offers-fixture.ts'
import { trueEffects } from './true-effects.ts'

const OFFERS = answersOf(400).map(({ offer }) => offer)

test('the truth is told by causes that the page has words for, each customer in one', () => {
  const treated = OFFERS.map(({ userId, decidedAt }) => ({
    customerId: `u:${userId}`,
    decidedAt: new Date(decidedAt).toISOString(),
  })) as DecisionView[]
  const summary = { experiment: { windowDays: 30 } } as WinbackSummary
  const truth = trueEffects({
    ...{ shop: SHOP, offers: OFFERS, measured: { summary, treated } },
    now: Number.POSITIVE_INFINITY,
  })
  const known = [...ReasonCode.anyOf.map(({ const: code }) => code as string), 'NOT_AWAY']
  const causes = truth.byCause.map(({ cause }) => cause)
  expect(known).toEqual(expect.arrayContaining(causes))
  expect(causes).toContain('UNKNOWN')
  const total = truth.byCause.reduce((sum, { shoppers }) => sum + shoppers, 0)
  expect([truth.all.shoppers, total]).toEqual([OFFERS.length, OFFERS.length])
})
