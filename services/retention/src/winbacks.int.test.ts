import { REJECTS } from '@ebb/contracts/topics'
import type { DecisionPage, WinbackSummary } from '@ebb/contracts/winback-api'
import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { beginSettings, leaveFirstShadow } from './ledger/settings.ts'
import {
  alertOf,
  alertRecord,
  COUPON_POLICY,
  DAY_MS,
  NOON,
  type RetentionRig,
  rigForTest,
  waitUntil,
} from './retention-fixture.ts'

const postgres = await usePostgres()

const rigOf = (over?: Parameters<typeof rigForTest>[1]): Promise<RetentionRig> =>
  rigForTest(postgres!.url, over)

const decisionsOf = async (rig: RetentionRig): Promise<DecisionPage['decisions']> =>
  (await rig.ask('GET', '/v1/winbacks/decisions?limit=500', { key: 'reader' })).body.decisions

const summaryOf = async (rig: RetentionRig): Promise<WinbackSummary> =>
  (await rig.ask('GET', '/v1/winbacks/summary', { key: 'reader' })).body

const withShare = (holdOut: number) => COUPON_POLICY.replace('holdOut: 0', `holdOut: ${holdOut}`)

describe.skipIf(postgres === undefined)('an alert of silence', () => {
  test('becomes a decision, a coupon, a reservation in the budget, and a trigger', async () => {
    const rig = await rigOf()
    await rig.alerts(alertOf())
    const [trigger] = await rig.triggers(1)
    expect(trigger).toMatchObject({
      customerId: 'u:ann',
      userId: 'ann',
      tier: 'light',
      treatment: { id: 'ten', kind: 'coupon', coupon: { currency: 'EUR' } },
      experiment: { id: 'test', arm: 'treated', propensity: 1 },
      decidedAt: NOON,
      expiresAt: NOON + 3 * DAY_MS,
    })
    await waitUntil(async () => (await decisionsOf(rig))[0]?.status === 'sent')
    const [decision] = await decisionsOf(rig)
    expect(decision).toMatchObject({ alertId: alertOf().alertId, segment: 'all', arm: 'treated' })
    expect(decision?.coupon).toMatchObject({
      code: trigger?.treatment.coupon?.code,
      status: 'issued',
      validUntil: new Date(NOON + 14 * DAY_MS).toISOString(),
    })
    const { budgets, coupons, experiment } = await summaryOf(rig)
    expect(budgets).toEqual([
      ...[{ id: 'coupons', limitMinor: 100_000, reservedMinor: 0, spentMinor: 0 }],
      { id: 'limited-discounts', limitMinor: 100_000, reservedMinor: 0, spentMinor: 0 },
      { id: 'main', limitMinor: 100_000, reservedMinor: 500, spentMinor: 0 },
    ])
    expect(coupons).toMatchObject({ issued: 1, redeemed: 0 })
    expect(experiment).toHaveProperty('notEnough')
  })

  test('that is delivered five times makes one decision and one coupon (C3)', async () => {
    const rig = await rigOf()
    const customers = Array.from({ length: 40 }, (_, i) => `u:customer-${i}`)
    const alerts = customers.map((customerId) => alertOf({ customerId }))
    for (let i = 0; i < 5; i += 1) await rig.alerts(...alerts)
    const triggers = await rig.triggers(40)
    expect(new Set(triggers.map(({ customerId }) => customerId)).size).toBe(40)
    expect(new Set(triggers.map(({ treatment }) => treatment.coupon?.code)).size).toBe(40)
    expect(await decisionsOf(rig)).toHaveLength(40)
    const [, , main] = (await summaryOf(rig)).budgets
    expect(main).toMatchObject({ reservedMinor: 40 * 500 })
  })

  test('is decided with its reason, and not to act is recorded too', async () => {
    const policy = COUPON_POLICY.replace('coolDownDays: 0', 'coolDownDays: 7')
    const rig = await rigOf({ policy })
    const later = NOON + 2 * DAY_MS
    await rig.ask('POST', '/v1/winbacks/exclusions', {
      key: 'marketer',
      body: { customerId: 'u:excluded', note: 'asked us to stop' },
    })
    await rig.alerts(
      alertOf(),
      alertOf({ tier: 'moderate', raisedAt: later }),
      alertOf({ customerId: 'u:outranked', isOutranked: true }),
      alertOf({ customerId: 'u:never', consent: { marketing: false } }),
      alertOf({ customerId: 'u:excluded' }),
      alertOf({ customerId: 'u:heavy', tier: 'heavy' }),
    )
    const reasons = Object.fromEntries(
      (await decisionsOf(rig)).map(({ customerId, tier, noActionReason }) => [
        `${customerId} ${tier}`,
        noActionReason,
      ]),
    )
    expect(reasons).toEqual({
      'u:ann light': undefined,
      'u:ann moderate': 'COOL_DOWN',
      'u:outranked light': 'OUTRANKED',
      'u:never light': 'NO_CONSENT',
      'u:excluded light': 'EXCLUDED',
      'u:heavy heavy': 'NO_TREATMENT',
    })
  })

  test('of a customer held out is decided as a ghost: nothing is sent, and no budget is held', async () => {
    const rig = await rigOf({ policy: withShare(0.5) })
    const customers = Array.from({ length: 60 }, (_, i) => `u:customer-${i}`)
    await rig.alerts(...customers.map((customerId) => alertOf({ customerId })))
    const decisions = await decisionsOf(rig)
    const ghosts = decisions.filter(({ arm }) => arm === 'hold_out')
    expect(ghosts.length).toBeGreaterThan(10)
    for (const ghost of ghosts)
      expect(ghost).toMatchObject({ noActionReason: 'HOLD_OUT', treatment: { id: 'ten' } })
    const triggers = await rig.triggers(60 - ghosts.length)
    expect(triggers).toHaveLength(60 - ghosts.length)
    const [, , main] = (await summaryOf(rig)).budgets
    expect(main?.reservedMinor).toBe(500 * triggers.length)
  })

  test('beyond the budget is decided against, to the cent', async () => {
    const rig = await rigOf({ policy: COUPON_POLICY.replace('limit: 1000', 'limit: 52.50') })
    const customers = Array.from({ length: 20 }, (_, i) => `u:customer-${i}`)
    await rig.alerts(...customers.map((customerId) => alertOf({ customerId })))
    const decisions = await decisionsOf(rig)
    const refused = decisions.filter(({ noActionReason }) => noActionReason === 'BUDGET_EXHAUSTED')
    expect(refused).toHaveLength(10)
    const [, , main] = (await summaryOf(rig)).budgets
    expect(main).toMatchObject({ limitMinor: 5_250, reservedMinor: 5_000 })
  })

  test('that cannot be read goes to the rejects, also twice, and the rest goes on', async () => {
    const rig = await rigOf()
    const bad = { key: 'u:ann', value: Buffer.from('{"alertId":1}') }
    await rig.send('ebb.alerts.v1', bad, bad, alertRecord(alertOf()))
    await rig.triggers(1)
    const rejects = async () => {
      const slices = [0, 1].map((partition) => rig.log.read({ topic: REJECTS, partition }, 0, 9))
      return (await Promise.all(slices)).flatMap(({ records }) => records)
    }
    await waitUntil(async () => (await rejects()).length > 0)
    const [reject] = await rejects()
    expect(JSON.parse(Buffer.from(reject!.value).toString())).toMatchObject({
      code: 'EBB_ALERT_UNREADABLE',
      source: 'retention',
    })
  })
})

describe.skipIf(postgres === undefined)('a trigger that was not published yet', () => {
  // Quiet hours hold it back: they end at one o'clock.
  const QUIET = `${COUPON_POLICY}\nquietHours: { from: "11:00", until: "13:00" }\n`

  test('waits for the end of the quiet hours', async () => {
    const rig = await rigOf({ policy: QUIET })
    await rig.alerts(alertOf())
    expect(await decisionsOf(rig)).toMatchObject([{ status: 'waiting' }])
    rig.clock.at = NOON + 3_600_000
    const [trigger] = await rig.triggers(1)
    expect(trigger?.notBefore).toBe(NOON + 3_600_000)
  })

  test.each(['recovered', 'withdrawn'] as const)(
    'is cancelled when the customer is back: %s',
    async (kind) => {
      const rig = await rigOf({ policy: QUIET })
      await rig.alerts(alertOf(), alertOf({ customerId: 'u:bob' }))
      await rig.alerts(alertOf({ kind, tier: 'healthy' }))
      rig.clock.at = NOON + 3_600_000
      const triggers = await rig.triggers(1)
      expect(triggers.map(({ customerId }) => customerId)).toEqual(['u:bob'])
      const ann = (await decisionsOf(rig)).find(({ customerId }) => customerId === 'u:ann')
      expect(ann).toMatchObject({ status: 'cancelled', coupon: { status: 'cancelled' } })
      const { budgets } = await summaryOf(rig)
      expect(budgets.find(({ id }) => id === 'main')).toMatchObject({ reservedMinor: 500 })
    },
  )

  test('is dropped when its time is over, and its budget is free again', async () => {
    const rig = await rigOf({ policy: QUIET })
    await rig.alerts(alertOf())
    rig.clock.at = NOON + 10 * DAY_MS
    await waitUntil(async () => (await decisionsOf(rig))[0]?.status === 'expired')
    const { budgets, coupons } = await summaryOf(rig)
    expect(coupons).toMatchObject({ cancelled: 1, issued: 0 })
    expect(budgets.find(({ id }) => id === 'main')).toMatchObject({ reservedMinor: 0 })
  })
})

/** As an installation is that nobody has set up yet, but for its policy. */
const startNew = async (): Promise<RetentionRig> => {
  const rig = await rigOf({ mode: 'shadow' })
  await rig.postgres.query('DELETE FROM settings')
  await beginSettings(rig.postgres)
  return rig
}

describe.skipIf(postgres === undefined)('the mode', () => {
  const setMode = (rig: RetentionRig, mode: string) =>
    rig.ask('PUT', '/v1/winbacks/mode', { key: 'marketer', body: { mode } })

  test('of a new installation is shadow: it decides, and sends and reserves nothing', async () => {
    const rig = await startNew()
    expect((await summaryOf(rig)).mode).toBe('shadow')
    await rig.alerts(alertOf())
    expect(await decisionsOf(rig)).toMatchObject([
      { status: 'shadow', treatment: { id: 'ten' }, arm: 'treated' },
    ])
    await setMode(rig, 'live')
    await rig.alerts(alertOf({ customerId: 'u:bob' }))
    expect(await rig.triggers(1)).toMatchObject([{ customerId: 'u:bob' }])
    expect((await summaryOf(rig)).coupons).toMatchObject({ issued: 1 })
  })

  test('is left for live once at the beginning of a demonstration, and never again', async () => {
    const rig = await startNew()
    await leaveFirstShadow(rig.postgres)
    expect((await summaryOf(rig)).mode).toBe('live')
    await rig.alerts(alertOf())
    await setMode(rig, 'shadow')
    await leaveFirstShadow(rig.postgres)
    expect((await summaryOf(rig)).mode).toBe('shadow')
  })

  test('paused decides nothing, and holds back what was decided before', async () => {
    const rig = await rigOf({
      policy: `${COUPON_POLICY}\nquietHours: { from: "11:00", until: "13:00" }\n`,
    })
    await rig.alerts(alertOf())
    await setMode(rig, 'paused')
    await rig.alerts(alertOf({ customerId: 'u:bob' }))
    rig.clock.at = NOON + 3_600_000
    const bob = (await decisionsOf(rig)).find(({ customerId }) => customerId === 'u:bob')
    expect(bob).toMatchObject({ status: 'none', noActionReason: 'PAUSED' })
    await setMode(rig, 'live')
    expect(await rig.triggers(1)).toMatchObject([{ customerId: 'u:ann' }])
  })
})
