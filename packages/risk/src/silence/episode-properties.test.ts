import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CustomerRhythm } from '../models/order-rhythm.ts'
import type { RiskAlert } from './alert.ts'
import { dueAt, fireDue, onRhythm } from './episode.ts'
import type { RiskState } from './risk-state.ts'
import { crossings, DEFAULT_TIER_POLICY, SHIPPED_PRIORS, type TierPolicy } from './tiers.ts'

const DAY = 86_400_000
const START = Date.UTC(2025, 0, 1)
const CONTEXT = { customerId: 'u:1', model: SHIPPED_PRIORS, policy: DEFAULT_TIER_POLICY }

/** Orders that may be placed, at most one a day, by id. */
const ORDER_DAYS = [0, 3, 20, 41, 42, 90, 130, 200, 201, 290, 400, 520, 800]

/** Time passes, an order comes (on time or late), or one is retracted. */
type Step =
  | { readonly do: 'tick'; readonly days: number }
  | { readonly do: 'place' | 'retract'; readonly order: number }

const anyOrder = fc.nat({ max: ORDER_DAYS.length - 1 })
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('tick' as const),
    days: fc.double({ min: 0, max: 120, noNaN: true }),
  }),
  fc.record({ do: fc.constantFrom('place' as const, 'retract' as const), order: anyOrder }),
)
const anySteps = fc.array(anyStep, { maxLength: 40 })

interface Run {
  readonly state: RiskState | undefined
  readonly rhythm: CustomerRhythm | null
  readonly clock: number
  readonly alerts: readonly RiskAlert[]
}

function rhythmOf(placed: ReadonlySet<number>): CustomerRhythm | null {
  const orders = [...placed].sort((left, right) => left - right)
  const instant = (order: number) => START + ORDER_DAYS[order]! * DAY
  const last = orders.at(-1)
  if (last === undefined) return null
  const [firstAt, lastAt] = [instant(orders[0]!), instant(last)]
  return { repeatDays: orders.length - 1, firstAt, lastAt, lastOrderId: `o${last}` }
}

/** The state after every step, each handled as the scorer handles its records. */
function play(steps: readonly Step[]): Run[] {
  const placed = new Set<number>()
  const runs: Run[] = []
  let run: Run = { state: undefined, rhythm: null, clock: START, alerts: [] }
  for (const step of steps) {
    if (step.do === 'tick') {
      const clock = run.clock + Math.round(step.days * DAY)
      const fired = run.state && fireDue(run.state, { ...CONTEXT, clock })
      run = { ...run, clock, state: fired?.state, alerts: fired?.alerts ?? [] }
    } else {
      if (step.do === 'place') placed.add(step.order)
      else placed.delete(step.order)
      const rhythm = rhythmOf(placed)
      const transition = onRhythm(run.state, rhythm, { ...CONTEXT, clock: run.clock })
      run = { ...run, rhythm, ...transition }
    }
    runs.push(run)
  }
  return runs
}

it('changes and tells nothing when a rhythm or a tick is repeated', () => {
  fc.assert(
    fc.property(anySteps, fc.nat(), (steps, later) => {
      for (const { state, rhythm, clock } of play(steps)) {
        if (!state) continue
        const context = { ...CONTEXT, clock: clock + later }
        expect(onRhythm(state, rhythm, context)).toEqual({ state, alerts: [] })
        const copy = JSON.parse(JSON.stringify(rhythm)) as typeof rhythm
        expect(onRhythm(state, copy, context)).toEqual({ state, alerts: [] })
        const fired = fireDue(state, context).state
        expect(fireDue(fired, context)).toEqual({ state: fired, alerts: [] })
      }
    }),
  )
})

it('moves every timer on when it fires, and keeps timers in the order of the tiers', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      for (const { state, clock } of play(steps)) {
        if (!state) continue
        const dues = state.due.filter((due) => due !== null)
        expect(dues).toEqual(dues.toSorted((left, right) => left - right))
        expect(dueAt(state)).toBe(dues[0])
        const fired = fireDue(state, { ...CONTEXT, clock }).state
        expect(dueAt(fired) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(clock)
      }
    }),
  )
})

it('keeps states whole: plain data, an episode only with orders, none both ended and running', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      for (const { state, rhythm } of play(steps)) {
        if (!state) continue
        expect(JSON.parse(JSON.stringify(state))).toEqual(state)
        expect(state.rhythm).toEqual(rhythm)
        expect(state.firstCrossedAt === null).toBe(state.stage === 0)
        if (!rhythm) expect(state).toMatchObject({ stage: 0, due: [null, null, null, null] })
        else expect(state.closed?.orderId).not.toBe(rhythm.lastOrderId)
      }
    }),
  )
})

it('tells every change of the tier but a lowering, and raises one at ticks only', () => {
  const rank = { healthy: 0, light: 1, moderate: 2, heavy: 3 }
  fc.assert(
    fc.property(anySteps, (steps) => {
      let before = 0
      for (const [i, { state, alerts }] of play(steps).entries()) {
        let stage = Math.min(before, 3)
        for (const alert of alerts) {
          expect(rank[alert.previousTier]).toBe(stage)
          stage = rank[alert.tier]
          if (alert.kind === 'at_risk' || alert.kind === 'lost') expect(steps[i]!.do).toBe('tick')
          expect(alert.crossedAt).toBeGreaterThanOrEqual(alert.silentSince)
        }
        expect(Math.min(state?.stage ?? 0, 3)).toBeLessThanOrEqual(stage)
        if (alerts.length > 0) expect(Math.min(state!.stage, 3)).toBe(stage)
        before = state?.stage ?? 0
      }
    }),
  )
})

it('tells the same however the time is split into ticks, but for the instant of telling', () => {
  const anyDays = fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { minLength: 1 })
  fc.assert(
    fc.property(anySteps, anyDays, (steps, days) => {
      const { state, clock } = play(steps).at(-1) ?? {}
      if (!state || clock === undefined) return
      const ticks = days.map((day) => clock + Math.round(day * DAY)).sort((a, b) => a - b)
      const atOnce = fireDue(state, { ...CONTEXT, clock: ticks.at(-1)! })
      let split = state
      const alerts = ticks.flatMap((tick) => {
        const fired = fireDue(split, { ...CONTEXT, clock: tick })
        split = fired.state
        return fired.alerts
      })
      expect(split).toEqual(atOnce.state)
      expect(alerts.map(withoutTick)).toEqual(atOnce.alerts.map(withoutTick))
    }),
  )
})

/** Without what the tick alone decides: when it is told, and with what. */
function withoutTick({ raisedAt: _, isOutranked: __, ...alert }: RiskAlert) {
  return alert
}

it('crosses the tiers in their order, at the analytic instants where the clock is behind', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const anyPolicy: fc.Arbitrary<TierPolicy> = fc
    .tuple(share, share, share)
    .map((shares) => shares.sort((left, right) => left - right))
    .map(([light, moderate, heavy]) => ({
      ...DEFAULT_TIER_POLICY,
      light: { share: light!, floor: 0 },
      moderate: { share: moderate!, floor: 0 },
      heavy: { share: heavy!, floor: 0 },
    }))
  fc.assert(
    fc.property(anyPolicy, fc.subarray(ORDER_DAYS, { minLength: 1 }), (policy, days) => {
      const rhythm = rhythmOf(new Set(days.map((day) => ORDER_DAYS.indexOf(day))))!
      const at = crossings(rhythm, SHIPPED_PRIORS, policy)
      expect(at.light).toBeGreaterThanOrEqual(rhythm.lastAt)
      expect(at.moderate).toBeGreaterThanOrEqual(at.light)
      expect(at.heavy).toBeGreaterThanOrEqual(at.moderate)
      const context = { ...CONTEXT, policy, clock: rhythm.lastAt }
      const { due } = onRhythm(undefined, rhythm, context).state
      const analytic = [at.light, at.moderate, at.heavy, at.lost]
      expect(due).toEqual(analytic.map((instant) => (instant > at.lost ? null : instant)))
    }),
  )
})
