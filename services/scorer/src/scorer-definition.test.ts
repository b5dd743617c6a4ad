import { AlertRecord } from '@ebb/contracts/alert-record'
import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { messageCodec } from '@ebb/contracts/message-codec'
import { RejectRecord } from '@ebb/contracts/reject-record'
import { tickRecord } from '@ebb/contracts/tick'
import { ALERTS, REJECTS } from '@ebb/contracts/topics'
import { crossings } from '@ebb/risk/silence/tiers'
import type { NewRecord } from '@ebb/streaming/event-log'
import type { Outcome } from '@ebb/streaming/processor-definition'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scorerDefinition } from './scorer-definition.ts'
import {
  alertIn,
  DAY_MS,
  featuresOf,
  featuresRecord,
  logged,
  NOON,
  rhythmOf,
  SETTINGS,
} from './scorer-fixture.ts'
import type { ScorerState } from './scorer-state.ts'

const definition = scorerDefinition(SETTINGS)
const { light, moderate, heavy, lost } = crossings(rhythmOf(0), SETTINGS.model, SETTINGS.policy)

const handle = (record: NewRecord, before?: ScorerState, clock = NOON): Outcome<ScorerState> =>
  definition.handle(before, logged(record), { clock, partition: 2 })

/** The state after features of these versions, the first at offset 10. */
const after = (...all: FeaturesRecord[]): ScorerState =>
  all.reduce<ScorerState | undefined>(
    (state, features, i) => handle(featuresRecord(features, 10 + i), state).state ?? state,
    undefined,
  )!

const fire = (state: ScorerState, clock: number): Outcome<ScorerState> =>
  definition.fire!(state, 'u:ann', { clock, partition: 2 })

const alertsOf = ({ outputs = [] }: Outcome<ScorerState>): AlertRecord[] => outputs.map(alertIn)

describe('features of a customer', () => {
  test('set one timer, at the exact instant of the next crossing', () => {
    const outcome = handle(featuresRecord(featuresOf(), 10))
    expect(outcome.outputs).toEqual([])
    expect(definition.dueAt!(outcome.state!, 'u:ann', { clock: NOON, partition: 2 })).toBe(light)
    expect(light).toBeGreaterThan(NOON + 20 * DAY_MS)
  })

  test('that are a copy, or older than those that were seen, change nothing', () => {
    const state = after(featuresOf(), featuresOf({ rhythm: rhythmOf(0, 9) }))
    for (const offset of [11, 10, 0])
      expect(handle(featuresRecord(featuresOf(), offset), state)).toEqual({})
  })

  test('that are newer move the timer, and nothing is told of who was not silent', () => {
    const rhythm = rhythmOf(0, 9)
    const outcome = handle(featuresRecord(featuresOf({ rhythm }), 11), after(featuresOf()))
    expect(outcome.outputs).toEqual([])
    const moved = crossings(rhythm, SETTINGS.model, SETTINGS.policy).light
    expect(definition.dueAt!(outcome.state!, 'u:ann', { clock: NOON, partition: 2 })).toBe(moved)
  })

  test('of a newer generation count, though its offsets begin again', () => {
    const record = featuresRecord(featuresOf({ rhythm: rhythmOf(0, 9) }), 0)
    const rebuilt = { ...record, headers: { version: '1.0.0' } }
    expect(handle(rebuilt, after(featuresOf())).state?.seen).toEqual({
      generation: 1,
      offset: 0,
      index: 0,
    })
  })

  test('without an order keep no state, until there was one', () => {
    const { rhythm: _, ...visitor } = featuresOf()
    expect(handle(featuresRecord(visitor, 10))).toEqual({})
    const cancelled = handle(featuresRecord(visitor, 11), after(featuresOf()))
    expect(cancelled.state?.risk.rhythm).toBeNull()
    expect(
      definition.dueAt!(cancelled.state!, 'u:ann', { clock: NOON, partition: 2 }),
    ).toBeUndefined()
  })

  test('bring the consent of the alerts to come, also where the orders stay', () => {
    const state = after(featuresOf(), featuresOf({ consent: { marketing: false } }))
    expect(alertsOf(fire(state, light))[0]?.consent).toEqual({ marketing: false })
  })

  test('never set a timer that the clock has passed', () => {
    const late = handle(featuresRecord(featuresOf(), 10), undefined, moderate).state!
    expect(definition.dueAt!(late, 'u:ann', { clock: moderate, partition: 2 })).toBe(moderate)
    const [first] = alertsOf(fire(late, moderate + 1))
    expect([first?.crossedAt, first?.raisedAt]).toEqual([moderate, moderate + 1])
  })
})

describe('an alert', () => {
  test('is raised at the tick that sees the crossing, with all that its schema asks for', () => {
    const tick = light + 1_234
    const windows = { lifetime: { orders: 1, netMinor: 4_990 } }
    const { outputs, state } = fire(after(featuresOf({ windows })), tick)
    expect(outputs).toHaveLength(1)
    const [{ topic, key, partition, id, value }] = outputs as [NonNullable<typeof outputs>[0]]
    const alert = messageCodec(AlertRecord).decode(value)
    expect({ topic, key, partition, id }).toEqual({
      topic: ALERTS,
      key: 'u:ann',
      partition: 2,
      id: alert.alertId,
    })
    expect(alert).toMatchObject({
      customerId: 'u:ann',
      userId: 'ann',
      kind: 'at_risk',
      tier: 'light',
      previousTier: 'healthy',
      horizonDays: 90,
      silentSince: NOON,
      crossedAt: light,
      raisedAt: tick,
      causeOrderId: 'o0',
      consent: { marketing: true },
      model: { kind: 'mbg-nbd', version: 'test-1' },
      isOutranked: false,
      revenueMinor: 4_990,
      // 90 days would have brought .531 orders of what the first one did; 30 % of that is margin.
      expectedLoss: 635,
      reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
    })
    expect(alert.risk - alert.riskAtLastOrder).toBeCloseTo(0.3 * (1 - alert.riskAtLastOrder), 5)
    expect(definition.dueAt!(state!, 'u:ann', { clock: tick, partition: 2 })).toBe(moderate)
  })

  test('tells revenue that no number holds exactly as the greatest that one does', () => {
    const windows = { lifetime: { netMinor: 1.8e16 } }
    const [alert] = alertsOf(fire(after(featuresOf({ windows })), light))
    expect(alert?.revenueMinor).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('stands for each tier that one tick passes, the lowest first, and then for the loss', () => {
    const alerts = alertsOf(fire(after(featuresOf()), lost))
    expect(alerts.map(({ kind, tier }) => `${kind} ${tier}`)).toEqual([
      'at_risk light',
      'at_risk moderate',
      'at_risk heavy',
      'lost heavy',
    ])
    expect(alerts.map(({ crossedAt }) => crossedAt)).toEqual([light, moderate, heavy, lost])
    expect(alerts.map(({ isOutranked }) => isOutranked)).toEqual([true, true, false, false])
    expect(new Set(alerts.map(({ episodeId }) => episodeId)).size).toBe(1)
    expect(new Set(alerts.map(({ alertId }) => alertId)).size).toBe(4)
  })

  test('has the same id however late it is raised', () => {
    const idAt = (clock: number) => alertsOf(fire(after(featuresOf()), clock))[0]?.alertId
    expect(idAt(light)).toBe(idAt(light + DAY_MS))
  })

  test('tells a recovery with the order that brought it', () => {
    const silent = fire(after(featuresOf()), light).state!
    const rhythm = rhythmOf(0, 60)
    const back = featuresOf({ rhythm, causeOrderId: 'o60' })
    const { outputs, state } = handle(featuresRecord(back, 20), silent, NOON + 60 * DAY_MS)
    expect(outputs?.map(alertIn)).toMatchObject([
      { kind: 'recovered', tier: 'healthy', previousTier: 'light', causeOrderId: 'o60' },
    ])
    expect(messageCodec(AlertRecord).decode(outputs![0]!.value).silentSince).toBe(NOON)
    expect(definition.dueAt!(state!, 'u:ann', { clock: NOON, partition: 2 })).toBeGreaterThan(
      NOON + 60 * DAY_MS,
    )
  })

  test('of a visitor names no user', () => {
    const { userId: _, consent: __, ...visitor } = featuresOf({ customerId: 'a:1' })
    const [alert] = alertsOf(fire(after(visitor), light))
    expect(alert).not.toHaveProperty('userId')
    expect(alert?.consent).toEqual({})
  })
})

describe('a record of the topic', () => {
  const record = featuresRecord(featuresOf(), 10)

  test.each([
    ['without a version', { ...record, headers: {} }],
    ['of no known version', { ...record, headers: { version: '1.2' } }],
    ['that is no JSON', { ...record, value: Buffer.from('{') }],
    ['without its customer', { ...record, value: Buffer.from('{}') }],
    ['under an unknown control key', { key: '~promoted', value: Buffer.from('{}') }],
  ])('%s is refused with its code', (_what, bad) => {
    const outcome = handle(bad)
    expect(outcome.refusal?.code).toBe('EBB_FEATURES_UNREADABLE')
    expect(outcome).not.toHaveProperty('state')
  })

  test('of any bytes never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        expect(handle({ ...record, value }).refusal).toBeDefined()
      }),
    )
  })

  test('that is a tick is its instant, and one too far ahead is refused', () => {
    expect(definition.tickAt(logged(tickRecord(NOON + 60_000)))).toBe(NOON + 60_000)
    const ahead = definition.tickAt(logged(tickRecord(NOON + 60_001)))
    expect(ahead).toMatchObject({ code: 'EBB_TICK_AHEAD' })
    expect(definition.tickAt(logged(record))).toBeUndefined()
  })

  test('that is refused is kept with its bytes, reason and place', () => {
    const refusal = { code: 'EBB_FEATURES_UNREADABLE', message: 'torn' }
    const output = definition.rejection(logged(record), refusal, { clock: NOON, partition: 2 })
    expect(output).toMatchObject({ topic: REJECTS, key: 'scorer' })
    expect(messageCodec(RejectRecord).decode(output.value)).toMatchObject({
      id: output.id,
      source: 'scorer',
      ...refusal,
      where: 'scorer ebb.features.v1/2@91',
      payload: Buffer.from(record.value).toString('base64'),
    })
  })
})
