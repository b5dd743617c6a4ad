import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import {
  alertOf,
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

/** The code that a customer got: 10 %, 5.00 at most. */
const codeOf = async (rig: RetentionRig, customerId = 'u:ann'): Promise<string> => {
  await rig.alerts(alertOf({ customerId }))
  await waitUntil(async () =>
    (await rig.triggers(1)).some((trigger) => trigger.customerId === customerId),
  )
  const triggers = await rig.triggers(1)
  return triggers.find((trigger) => trigger.customerId === customerId)!.treatment.coupon!.code
}

const order = (over: object = {}) => ({
  userId: 'ann',
  orderId: 'o-1',
  totalMinor: 3_000,
  currency: 'EUR',
  ...over,
})

const redeem = (
  rig: RetentionRig,
  code: string,
  [idempotencyKey, body = order()]: [string, object?],
) => rig.ask('POST', `/v1/coupons/${code}/redemptions`, { body, idempotencyKey })

const validate = (rig: RetentionRig, code: string, body: object = order()) =>
  rig.ask('POST', `/v1/coupons/${code}/validate`, { body })

const reserve = (rig: RetentionRig, code: string, body: object = order()) =>
  rig.ask('POST', `/v1/coupons/${code}/reservations`, { body })

const mainBudget = async (rig: RetentionRig) => {
  const { body } = await rig.ask('GET', '/v1/winbacks/summary', { key: 'reader' })
  return body.budgets.find(({ id }: { id: string }) => id === 'main')
}

const ROUNDS = 100
const REDEEMERS = 200

describe.skipIf(postgres === undefined)('a coupon', () => {
  test(`is redeemed by one of ${REDEEMERS} at once, ${ROUNDS} rounds (C1)`, async () => {
    const rig = await rigOf()
    const customers = Array.from({ length: ROUNDS }, (_, i) => `u:customer-${i}`)
    await rig.alerts(...customers.map((customerId) => alertOf({ customerId })))
    const triggers = await rig.triggers(ROUNDS)
    for (const { treatment, userId } of triggers) {
      const code = treatment.coupon!.code
      const answers = await Promise.all(
        Array.from({ length: REDEEMERS }, (_, i) =>
          redeem(rig, code, [`${code} ${i}`, order({ userId, orderId: `o-${i}` })]),
        ),
      )
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      expect(statuses.filter((status) => status === 409)).toHaveLength(REDEEMERS - 1)
    }
    expect(await mainBudget(rig)).toMatchObject({ reservedMinor: 0, spentMinor: ROUNDS * 300 })
    // 20,000 requests: a minute where nothing else runs, several on a busy machine.
  }, 600_000)

  test('is judged without effect, as often as one likes', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    for (let i = 0; i < 3; i += 1)
      expect((await validate(rig, code)).body).toMatchObject({ valid: true, discountMinor: 300 })
    expect((await validate(rig, code, order({ totalMinor: 90_000 }))).body.discountMinor).toBe(500)
    expect((await validate(rig, code.toLowerCase().replaceAll('-', ' '))).body.valid).toBe(true)
    expect(await mainBudget(rig)).toMatchObject({ reservedMinor: 500, spentMinor: 0 })
  })

  test('is refused with a reason of the list', async () => {
    const policy = COUPON_POLICY.replace('validDays: 14', 'validDays: 14\n    minimumOrder: 20')
    const rig = await rigOf({ policy })
    const code = await codeOf(rig)
    const reasonOf = async (given: string, body: object = order()) =>
      (await validate(rig, given, body)).body.reason
    const wrongLast = code.replace(/.$/, code.endsWith('0') ? '1' : '0')
    expect(await reasonOf(wrongLast)).toBe('MALFORMED_CODE')
    expect(await reasonOf(code, order({ userId: 'bob' }))).toBe('WRONG_CUSTOMER')
    expect(await reasonOf(code, order({ currency: 'USD' }))).toBe('WRONG_CURRENCY')
    expect(await reasonOf(code, order({ totalMinor: 1_999 }))).toBe('BELOW_MINIMUM_ORDER')
    rig.clock.at = NOON + 14 * DAY_MS
    expect(await reasonOf(code)).toBe('EXPIRED')
  })

  test('held for one order is refused to others, and good for the one that holds it', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    const { status, body } = await reserve(rig, code)
    expect([status, body.discountMinor]).toEqual([201, 300])
    expect((await reserve(rig, code)).body.reason).toBe('RESERVED')
    expect((await redeem(rig, code, ['a'])).body.reason).toBe('RESERVED')
    // A reservation that runs is good beyond the end of the coupon.
    rig.clock.at = NOON + 20 * DAY_MS
    const { reservationId } = body
    expect((await redeem(rig, code, ['b', order({ reservationId })])).status).toBe(201)
  })

  test('that was let go can be held again, and a reservation ends by itself', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    const first = await reserve(rig, code)
    const path = `/v1/reservations/${first.body.reservationId}`
    expect((await rig.ask('DELETE', path)).status).toBe(204)
    expect((await rig.ask('DELETE', path)).body.error.code).toBe('EBB_COUPON_NOT_HELD')
    expect((await reserve(rig, code, order({ seconds: 1 }))).status).toBe(201)
    await waitUntil(async () => (await reserve(rig, code)).status === 201)
  })

  test('redeemed moves its budget from reserved to spent, and back when rolled back', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    const { body } = await redeem(rig, code, ['a'])
    expect(body).toMatchObject({ code, orderId: 'o-1', discountMinor: 300, currency: 'EUR' })
    expect(await mainBudget(rig)).toMatchObject({ reservedMinor: 0, spentMinor: 300 })
    const path = `/v1/redemptions/${body.redemptionId}`
    expect((await rig.ask('DELETE', path)).status).toBe(204)
    expect((await rig.ask('DELETE', path)).status).toBe(404)
    expect(await mainBudget(rig)).toMatchObject({ reservedMinor: 500, spentMinor: 0 })
    expect((await redeem(rig, code, ['b', order({ orderId: 'o-2' })])).status).toBe(201)
  })

  test('rolled back takes off no more than its budget still holds', async () => {
    const rig = await rigOf({ policy: COUPON_POLICY.replace('limit: 1000', 'limit: 5') })
    const code = await codeOf(rig)
    const { body } = await redeem(rig, code, ['a'])
    // What it gave back is promised to nobody else here: a second coupon does not fit.
    await rig.postgres.query(
      `UPDATE budgets SET reserved_minor = reserved_minor + 200 WHERE budget_id = 'main'`,
    )
    await rig.ask('DELETE', `/v1/redemptions/${body.redemptionId}`)
    const { body: verdict } = await validate(rig, code, order({ totalMinor: 90_000 }))
    expect(verdict).toMatchObject({ valid: true, discountMinor: 300 })
    expect(await mainBudget(rig)).toMatchObject({ reservedMinor: 500, spentMinor: 0 })
  })

  test('that expires gives its budget back', async () => {
    const rig = await rigOf()
    await codeOf(rig)
    rig.clock.at = NOON + 14 * DAY_MS
    await waitUntil(async () => (await mainBudget(rig)).reservedMinor === 0)
  })
})

describe.skipIf(postgres === undefined)('a redemption that is sent again', () => {
  test('under its key gets its first answer, also at the same time', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(rig, code, ['once'])))
    expect(new Set(answers.map(({ body }) => body.redemptionId)).size).toBe(1)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  })

  test('is judged anew where it was refused, and where it was rolled back', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    const { body: held } = await reserve(rig, code)
    const refused = await redeem(rig, code, ['o-1'])
    expect([refused.status, refused.body.reason]).toEqual([409, 'RESERVED'])
    await rig.ask('DELETE', `/v1/reservations/${held.reservationId}`)
    const first = await redeem(rig, code, ['o-1'])
    expect(first.status).toBe(201)
    await rig.ask('DELETE', `/v1/redemptions/${first.body.redemptionId}`)
    const second = await redeem(rig, code, ['o-1'])
    expect(second.status).toBe(201)
    expect(second.body.redemptionId).not.toBe(first.body.redemptionId)
  })

  test('with another body is an error, and without a key as well', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    await redeem(rig, code, ['k'])
    const other = await redeem(rig, code, ['k', order({ orderId: 'o-2' })])
    expect([other.status, other.body.error.code]).toEqual([422, 'EBB_IDEMPOTENCY_MISMATCH'])
    const body = order()
    const bare = await rig.ask('POST', `/v1/coupons/${code}/redemptions`, { body })
    expect([bare.status, bare.body.error.code]).toEqual([400, 'EBB_IDEMPOTENCY_MISSING'])
  })
})

describe.skipIf(postgres === undefined)('a request about coupons', () => {
  test.each([
    ['without an order', {}, 'totalMinor'],
    ['with a negative total', order({ totalMinor: -1 }), '/totalMinor'],
    ['with half a cent', order({ totalMinor: 0.5 }), '/totalMinor'],
    ['that names no customer', order({ userId: undefined }), 'body'],
    ['that names the customer twice', order({ customerId: 'u:ann' }), 'body'],
  ])('%s is refused, and says where', async (_what, body, where) => {
    const rig = await rigOf()
    const answer = await validate(rig, 'X', body)
    expect([answer.status, answer.body.error.code]).toEqual([422, 'EBB_REQUEST_INVALID'])
    expect(`${answer.body.error.where} ${answer.body.error.message}`).toContain(where)
  })

  test.each([
    ['POST', '/v1/coupons/X/validate', 'reader'],
    ['POST', '/v1/coupons/X/reservations', 'reader'],
    ['POST', '/v1/coupons/X/redemptions', 'reader'],
    ['DELETE', '/v1/reservations/X', 'reader'],
    ['DELETE', '/v1/redemptions/X', 'reader'],
    ['GET', '/v1/winbacks/status', 'shop'],
    ['GET', '/v1/winbacks/summary', 'shop'],
    ['GET', '/v1/winbacks/decisions', 'shop'],
    ['GET', '/v1/winbacks/exclusions', 'shop'],
    ['GET', '/v1/winbacks/policy', 'shop'],
    ['GET', '/v1/winbacks/coupons/X', 'shop'],
    ['PUT', '/v1/winbacks/mode', 'reader'],
    ['PUT', '/v1/winbacks/policy', 'reader'],
    ['POST', '/v1/winbacks/exclusions', 'reader'],
    ['DELETE', '/v1/winbacks/exclusions/u:x', 'reader'],
    ['POST', '/v1/winbacks/test-send', 'reader'],
  ])('%s %s needs its scope', async (method, path, key) => {
    const rig = await rigOf()
    const codes = await Promise.all(
      [key, 'nobody'].map(async (who) => {
        const { status, body } = await rig.ask(method, path, { key: who })
        return [status, body.error.code]
      }),
    )
    expect(codes).toEqual([
      [403, 'EBB_KEY_SCOPE'],
      [401, 'EBB_KEY_UNKNOWN'],
    ])
  })

  test('that holds what no store can keep is refused, and never is a fault of ours', async () => {
    const rig = await rigOf()
    const code = await codeOf(rig)
    const answers = [
      await redeem(rig, code, ['a', order({ orderId: 'a\u0000b' })]),
      await redeem(rig, code, ['b', order({ orderId: 'a\ud800b' })]),
      await rig.ask('DELETE', '/v1/redemptions/%00'),
      await rig.ask('DELETE', '/v1/reservations/%00'),
      await rig.ask('GET', '/v1/winbacks/decisions?customer=%00', { key: 'reader' }),
      await rig.ask('POST', '/v1/winbacks/exclusions', {
        ...{ key: 'marketer', body: { customerId: 'u:\ud800', note: '' } },
      }),
      await rig.ask('PUT', '/v1/winbacks/policy', {
        ...{ key: 'marketer', body: `${COUPON_POLICY}# \u0000` },
      }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 404, 404, 422, 422, 422])
  })

  test('with too many codes that nobody issued ends in 429', async () => {
    const rig = await rigOf()
    const guesses = await Promise.all(
      Array.from({ length: 320 }, (_, i) => validate(rig, `GUESS${i}`)),
    )
    expect(guesses.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(1)
    expect((await validate(rig, 'X')).body.error.code).toBe('EBB_COUPON_GUESSING')
  })
})
