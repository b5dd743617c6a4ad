import { describe, expect, it } from 'vitest'
import type { CustomerRhythm } from '../models/order-rhythm.ts'
import { dueAt, fireDue, onRhythm } from './episode.ts'
import type { RiskState, Stage } from './risk-state.ts'
import { crossings, DEFAULT_TIER_POLICY, riskAt, SHIPPED_PRIORS } from './tiers.ts'

const DAY = 86_400_000
const FIRST = Date.UTC(2025, 0, 1)
const BASE_AT = FIRST + 84 * DAY
const SCORING = { model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }

/** Four orders in twelve weeks; light after 44.4 days, moderate 77.6, heavy 123.2, lost 303.2. */
const REGULAR = rhythm(3, BASE_AT, 'base')
const AT = crossings(REGULAR, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
const EARLIER = rhythm(2, FIRST + 60 * DAY, 'earlier')

function rhythm(repeatDays: number, lastAt: number, lastOrderId: string): CustomerRhythm {
  return { repeatDays, firstAt: FIRST, lastAt, lastOrderId }
}

function at(clock: number, causeOrderId?: string) {
  return { ...SCORING, customerId: 'u:1', clock, ...(causeOrderId && { causeOrderId }) }
}

function silentUntil(clock: number): RiskState {
  const { state } = onRhythm(undefined, REGULAR, at(BASE_AT))
  return fireDue(state, at(clock)).state
}

describe('silence', () => {
  it('tells each tier at its exact crossing, then that the customer is lost', () => {
    const { state } = onRhythm(undefined, REGULAR, at(BASE_AT))
    const clock = BASE_AT + 400 * DAY
    const { state: after, alerts } = fireDue(state, at(clock))
    const told = alerts.map((alert) => [
      alert.kind,
      alert.previousTier,
      alert.tier,
      alert.crossedAt,
      alert.raisedAt,
    ])
    expect(told).toEqual([
      ['at_risk', 'healthy', 'light', AT.light, clock],
      ['at_risk', 'light', 'moderate', AT.moderate, clock],
      ['at_risk', 'moderate', 'heavy', AT.heavy, clock],
      ['lost', 'heavy', 'heavy', AT.lost, clock],
    ])
    expect(after).toMatchObject({ stage: 4, firstCrossedAt: AT.light, due: Array(4).fill(null) })
    expect(dueAt(after)).toBeUndefined()
  })

  it('tells nothing where the next order comes before the tick that would have seen it', () => {
    const { state } = onRhythm(undefined, REGULAR, at(BASE_AT))
    const before = fireDue(state, at(AT.light - 1))
    expect(before.alerts).toEqual([])
    const next = rhythm(4, AT.light + 2000, 'next')
    const ordered = onRhythm(before.state, next, at(AT.light - 1))
    expect(ordered.alerts).toEqual([])
    expect(fireDue(ordered.state, at(AT.light + 5000)).alerts).toEqual([])
  })

  it('is told from the clock on where the record came after the crossing', () => {
    const clock = AT.moderate + DAY
    const { state, alerts } = onRhythm(undefined, REGULAR, at(clock))
    expect(alerts).toEqual([])
    expect(dueAt(state)).toBe(clock)
    const told = fireDue(state, at(clock + 5000)).alerts
    expect(told.map(({ tier, crossedAt }) => [tier, crossedAt])).toEqual([
      ['light', clock],
      ['moderate', clock],
    ])
    expect(told[0]!.risk).toBeCloseTo(riskAt(REGULAR, clock, SCORING), 6)
  })

  it('passes no tier that would come after lost, however late the record is', () => {
    const policy = { ...DEFAULT_TIER_POLICY, heavy: { share: 0.7, floor: 0.99 } }
    const context = { ...at(BASE_AT + 5000 * DAY), policy }
    const { alerts } = fireDue(onRhythm(undefined, REGULAR, context).state, context)
    expect(alerts.map(({ kind, tier }) => `${kind} ${tier}`)).toEqual([
      'at_risk light',
      'at_risk moderate',
      'lost heavy',
    ])
  })

  it('has no timer without an order', () => {
    const { state, alerts } = onRhythm(undefined, null, at(BASE_AT))
    expect(dueAt(state)).toBeUndefined()
    expect(alerts).toEqual([])
  })

  it('keeps of the rhythm only what it needs', () => {
    const { state } = onRhythm(undefined, { ...REGULAR, orders: 7 } as never, at(BASE_AT))
    expect(state.rhythm).toEqual(REGULAR)
  })
})

describe('an order that ends the silence', () => {
  const next = rhythm(4, AT.moderate + 10 * DAY, 'next')

  it.each([
    [AT.light, 'light'],
    [AT.moderate, 'moderate'],
    [AT.heavy, 'heavy'],
    [AT.lost, 'heavy'],
  ])('is told as recovered at whatever stage', (until, previousTier) => {
    const clock = until + 11 * DAY
    const later = rhythm(4, until + 10 * DAY, 'next')
    const { state, alerts } = onRhythm(silentUntil(until), later, at(clock))
    const expected = { kind: 'recovered', tier: 'healthy', previousTier, silentSince: BASE_AT }
    expect(alerts).toMatchObject([{ ...expected, causeOrderId: 'next', crossedAt: clock }])
    expect(state.stage).toBe(0)
    expect(dueAt(state)).toBeGreaterThan(clock)
  })

  it('is told at its own instant where the clock is still behind it', () => {
    const { alerts } = onRhythm(silentUntil(AT.light), next, at(next.lastAt - 3000))
    expect(alerts[0]).toMatchObject({ crossedAt: next.lastAt, raisedAt: next.lastAt - 3000 })
    expect(alerts[0]!.risk).toBe(alerts[0]!.riskAtLastOrder)
  })

  it('reopens the episode when it is cancelled, at the tier that it had', () => {
    const silent = silentUntil(AT.moderate)
    const closed = onRhythm(silent, next, at(next.lastAt)).state
    const { state, alerts } = onRhythm(closed, REGULAR, at(next.lastAt + DAY, 'next'))
    const expected = { kind: 'reopened', tier: 'moderate', previousTier: 'healthy' }
    expect(alerts).toMatchObject([{ ...expected, causeOrderId: 'next', silentSince: BASE_AT }])
    expect(state).toEqual(silent)
  })

  it('leaves the further thresholds of a reopened episode to the timers', () => {
    const closed = onRhythm(silentUntil(AT.moderate), next, at(next.lastAt)).state
    const late = AT.heavy + DAY
    const { state } = onRhythm(closed, REGULAR, at(late))
    expect(fireDue(state, at(late + 5000)).alerts).toMatchObject([
      { kind: 'at_risk', tier: 'heavy', previousTier: 'moderate', crossedAt: late },
    ])
  })

  it('reopens the episode before, after the current one is withdrawn with its base', () => {
    const closed = onRhythm(silentUntil(AT.light), next, at(next.lastAt)).state
    const second = fireDue(closed, at(dueAt(closed)!)).state
    const { state, alerts } = onRhythm(second, REGULAR, at(dueAt(closed)! + DAY))
    expect(alerts.map(({ kind, causeOrderId }) => [kind, causeOrderId])).toEqual([
      ['withdrawn', 'next'],
      ['reopened', 'next'],
    ])
    expect(alerts[0]!.episodeId).not.toBe(alerts[1]!.episodeId)
    expect(state.stage).toBe(1)
  })
})

describe('a record that shows there was no such silence', () => {
  const clock = AT.light + DAY

  it('withdraws the episode: an order from before the first crossing came late', () => {
    const late = rhythm(4, AT.light - 1, 'late')
    const { state, alerts } = onRhythm(silentUntil(AT.light), late, at(clock))
    expect(alerts).toMatchObject([
      { kind: 'withdrawn', tier: 'healthy', previousTier: 'light', causeOrderId: 'late' },
    ])
    expect(state).toMatchObject({ stage: 0, firstCrossedAt: null, closed: null })
  })

  it('counts an order at the first crossing itself as one that ends the silence', () => {
    const late = rhythm(4, AT.light, 'late')
    const { alerts } = onRhythm(silentUntil(AT.light), late, at(clock))
    expect(alerts).toMatchObject([{ kind: 'recovered' }])
  })

  it('withdraws the episode and begins another when its base is retracted', () => {
    const { state, alerts } = onRhythm(silentUntil(AT.light), EARLIER, at(clock, 'base'))
    expect(alerts).toMatchObject([{ kind: 'withdrawn', causeOrderId: 'base' }])
    const [next] = fireDue(state, at(clock + 5000)).alerts
    expect(next).toMatchObject({ kind: 'at_risk', crossedAt: clock, causeOrderId: 'earlier' })
    expect(next!.episodeId).not.toBe(alerts[0]!.episodeId)
  })

  it('withdraws the episode when no order is left', () => {
    const { state, alerts } = onRhythm(silentUntil(AT.lost), null, at(AT.lost + DAY))
    const expected = { kind: 'withdrawn', causeOrderId: 'base', risk: 0, riskAtLastOrder: 0 }
    expect(alerts).toMatchObject([{ ...expected, silentSince: BASE_AT, previousTier: 'heavy' }])
    expect(state.rhythm).toBeNull()
    expect(dueAt(state)).toBeUndefined()
  })
})

describe('orders that change underneath the same last one', () => {
  /** Rarer buying, so less reason to worry: the first order was a year before the last. */
  const rare = { ...REGULAR, firstAt: BASE_AT - 365 * DAY }
  const someRarer = { ...REGULAR, firstAt: FIRST - 20 * DAY }

  it('withdraw an episode whose risk falls clearly below light', () => {
    const { state, alerts } = onRhythm(silentUntil(AT.light), rare, at(AT.light, 'old'))
    expect(alerts).toMatchObject([{ kind: 'withdrawn', causeOrderId: 'old' }])
    expect(state).toMatchObject({ stage: 0, firstCrossedAt: null })
    expect(dueAt(state)).toBeGreaterThan(AT.light)
  })

  it('keep a tier within the hysteresis', () => {
    const { light } = crossings(someRarer, SHIPPED_PRIORS, DEFAULT_TIER_POLICY)
    expect(light).toBeGreaterThan(AT.light)
    const { state, alerts } = onRhythm(silentUntil(AT.light), someRarer, at(AT.light))
    expect(alerts).toEqual([])
    expect(state.stage).toBe(1)
    const policy = { ...DEFAULT_TIER_POLICY, hysteresis: 0 }
    const strict = onRhythm(silentUntil(AT.light), someRarer, { ...at(AT.light), policy })
    expect(strict.alerts).toMatchObject([{ kind: 'withdrawn', causeOrderId: 'base' }])
  })

  it.each<[Stage, number, Stage]>([
    [3, AT.heavy, 1],
    [2, AT.moderate, 1],
    [4, AT.lost, 4],
  ])('lower stage %d without an alert', (before, clock, after) => {
    const silent = silentUntil(clock)
    expect(silent.stage).toBe(before)
    const { state, alerts } = onRhythm(silent, rare, at(clock))
    expect(alerts).toEqual([])
    expect(state.stage).toBe(after)
  })

  it('never raise a tier by themselves: the next tick does', () => {
    const denser = { ...REGULAR, repeatDays: 30 }
    const { state, alerts } = onRhythm(silentUntil(AT.light), denser, at(AT.light))
    expect(alerts).toEqual([])
    expect(state.stage).toBe(1)
    expect(fireDue(state, at(AT.light)).alerts.map(({ tier }) => tier)).toEqual([
      'moderate',
      'heavy',
    ])
  })
})

describe('ids', () => {
  const [light, moderate] = fireDue(
    onRhythm(undefined, REGULAR, at(BASE_AT)).state,
    at(AT.moderate),
  ).alerts

  it('are the same for the same cause, whatever the clock', () => {
    const late = fireDue(onRhythm(undefined, REGULAR, at(AT.lost)).state, at(AT.lost + DAY))
    expect(late.alerts[0]!.alertId).toBe(light!.alertId)
    expect(late.alerts[0]!.episodeId).toBe(light!.episodeId)
  })

  it('tell alerts of one episode apart, and customers whose ids run together', () => {
    expect(light!.alertId).toMatch(/^[0-9a-f]{32}$/)
    expect(light!.episodeId).toBe(moderate!.episodeId)
    expect(light!.alertId).not.toBe(moderate!.alertId)
    const other = { ...at(AT.light), customerId: 'u:1b' }
    const base = rhythm(3, BASE_AT, 'ase')
    const [alert] = fireDue(onRhythm(undefined, base, other).state, other).alerts
    expect(alert!.episodeId).not.toBe(light!.episodeId)
  })
})
