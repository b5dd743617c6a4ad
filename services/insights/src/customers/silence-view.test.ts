import { crossings } from '@ebb/risk/silence/tiers'
import { describe, expect, test } from 'vitest'
import { DAY_MS, NOON, rhythmOf, SCORING } from '../insights-fixture.ts'
import { type CrossingInstants, foldFeatures } from './customer-fold.ts'
import { silenceView } from './silence-view.ts'
import { nextStanding } from './standing.ts'

const foldOf = (rhythm: ReturnType<typeof rhythmOf>) =>
  foldFeatures(
    undefined,
    {
      record: { customerId: 'u:ann', asOf: NOON, rhythm, windows: {} },
      version: { generation: 0, offset: 0, index: 0 },
      place: { generation: 0, offset: 0 },
      clock: NOON,
      holds: [],
    },
    SCORING,
  )
const viewOf = (rhythm: ReturnType<typeof rhythmOf>, stage: number) =>
  silenceView({ rhythm, crossings: foldOf(rhythm).crossings!, stage }, NOON, SCORING)

describe('the silence of a customer', () => {
  test('has the milestones of the package, and a curve that reaches beyond them', () => {
    const rhythm = rhythmOf(50)
    const { curve, milestones, ...view } = viewOf(rhythm, 1)
    const expected = crossings(rhythm, SCORING.model, SCORING.policy)
    expect(
      milestones.map(({ standing, at, isPassed }) => [standing, Date.parse(at!), isPassed]),
    ).toEqual([
      ['light', expected.light, true],
      ['moderate', expected.moderate, false],
      ['heavy', expected.heavy, false],
      ['lost', expected.lost, false],
    ])
    expect(milestones[3]!.threshold).toBeNull()
    expect(view).toMatchObject({ now: new Date(NOON).toISOString(), horizonDays: 90 })
    expect(view.risk).toBeGreaterThan(milestones[0]!.threshold!)
    expect(view.riskAtLastOrder).toBeLessThan(milestones[0]!.threshold!)
    expect(curve[0]!.at).toBe(new Date(rhythm.lastAt).toISOString())
    expect(Date.parse(curve.at(-1)!.at)).toBeGreaterThan(expected.lost)
    const risks = curve.map(({ risk }) => risk)
    expect(risks.toSorted((left, right) => left - right)).toEqual(risks)
  })

  test('shows no date of a tier that would come after lost', () => {
    // A first order long ago and one repeat: heavy is out of reach for more than a year.
    const rhythm = rhythmOf(10, { firstAt: NOON - 4_000 * DAY_MS })
    const { milestones } = viewOf(rhythm, 0)
    const lost = milestones.find(({ standing }) => standing === 'lost')!
    expect(milestones.filter(({ at }) => at === null).map(({ standing }) => standing)).toContain(
      'heavy',
    )
    expect(Date.parse(lost.at!)).toBe(rhythm.lastAt + 4 * 90 * DAY_MS)
  })

  test('of an order ahead of the clock begins now', () => {
    const rhythm = rhythmOf(-1)
    const { now, risk, riskAtLastOrder } = viewOf(rhythm, 0)
    expect([Date.parse(now), risk]).toEqual([rhythm.lastAt, riskAtLastOrder])
  })
})

test.each([
  [0, { light: 1, moderate: 2, heavy: 3, lost: 4 }, { standing: 'light', at: 1 }],
  [2, { light: 1, moderate: 2, heavy: null, lost: 4 }, { standing: 'lost', at: 4 }],
  [4, { light: 1, moderate: 2, heavy: 3, lost: 4 }, undefined],
] as readonly [number, CrossingInstants, unknown][])(
  'what comes next after stage %i of %j',
  (stage, instants, next) => {
    expect(nextStanding(stage, instants)).toEqual(next)
  },
)
