// A process of the kill test: many issuers side by side, each of which handles alerts of its own in
// transactions, until the process is killed. Arguments: URL, schema, name, budgets.
import { openPostgres } from '@ebb/postgres/postgres-client'
import { TransientError } from '@ebb/streaming/faults'
import { handleAlerts } from './alerts/handle-alerts.ts'
import { redeemCoupon } from './coupon-desk/coupon-desk.ts'
import { alertOf, alertRecord, NOON } from './retention-fixture.ts'

const [url = '', schema = '', name = '', issuers = '1'] = process.argv.slice(2)
const postgres = await openPostgres({ url, schema, applicationName: name, maxConnections: 8 })
const handle = handleAlerts({ timeZone: 'UTC', currency: 'EUR' })

const issue = async (customerId: string): Promise<void> => {
  const record = {
    offset: 0,
    headers: {},
    appendedAt: NOON,
    ...alertRecord(alertOf({ customerId })),
  }
  await postgres.transaction((tx) => handle(tx, [record], 0))
}

/** Every second coupon comes back with an order. */
const redeem = async (customerId: string): Promise<void> => {
  const [coupon] = await postgres.query<{ code: string }>(
    'SELECT code FROM coupons WHERE customer_id = $1',
    [customerId],
  )
  if (coupon === undefined) return
  const order = { customerId, orderId: customerId, totalMinor: 2_345, currency: 'EUR' }
  const request = { code: coupon.code, order, id: `redemption of ${customerId}` }
  await postgres.transaction((tx) => redeemCoupon(tx, request, { now: NOON, wallNow: NOON }))
}

const run = async (issuer: number): Promise<never> => {
  for (let i = 0; ; i += 1) {
    const customerId = `u:${name}-${issuer}-${i}`
    try {
      await issue(customerId)
      if (i % 2 === 0) await redeem(customerId)
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
    }
    if (i === 0) process.stdout.write(`issuer ${issuer}\n`)
  }
}

await Promise.all(Array.from({ length: Number(issuers) }, (_, issuer) => run(issuer)))
