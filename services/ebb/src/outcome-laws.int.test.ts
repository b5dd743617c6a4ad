import { join } from 'node:path'
import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { ORDERS } from '@ebb/contracts/topics'
import { isValid, orderStanding } from '@ebb/customer/order-fact'
import { featuresDefinition } from '@ebb/features/features-definition'
import type { FeaturesState } from '@ebb/features/features-state'
import { migrate } from '@ebb/postgres/migrations'
import { openPostgres, type Postgres } from '@ebb/postgres/postgres-client'
import { handleOrders } from '@ebb/retention/orders/handle-orders'
import { armOutcomes } from '@ebb/retention/reports/arm-outcomes'
import type { LogRecord } from '@ebb/streaming/event-log'
import { formatVersion, VERSION_HEADER } from '@ebb/streaming/version'
import { uniqueName, usePostgres } from '@ebb/testkit/engines'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const server = await usePostgres()

const DAY_MS = 86_400_000
const DECIDED = Date.UTC(2026, 5, 1, 12)
const WINDOW_DAYS = 30
const MIGRATIONS = join(import.meta.dirname, '../../retention/migrations')
const definition = featuresDefinition({ timeZone: 'UTC', currency: 'EUR' })

const names = fc.constantFrom(
  ...['Order Completed', 'Order Completed', 'Order Updated', 'Order Delivered', 'Delivery Late'],
  ...['Order Cancelled', 'Order Refunded', 'Return Cancelled'],
)

/** Few orders and refunds, so that they meet; instants on either side of the window's two ends. */
const arbitraryTold = fc.record({
  name: names,
  orderId: fc.constantFrom('o1', 'o1', 'o2', 'o3', undefined),
  refundId: fc.constantFrom('r1', 'r2', undefined),
  baseMinor: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
  sourceRank: fc.integer({ min: 0, max: 2 }),
  day: fc.integer({ min: -3, max: WINDOW_DAYS + 3 }),
})
type Told = typeof arbitraryTold extends fc.Arbitrary<infer T> ? T : never

const eventOf = (told: Told, index: number, userId: string): CanonicalEvent => {
  const { name, orderId, refundId, baseMinor, sourceRank, day } = told
  const occurredAt = DECIDED + day * DAY_MS
  return {
    ...{ id: `e${index}`, type: 'track', name, customer: { userId }, source: 'shop', sourceRank },
    ...{ occurredAt, receivedAt: occurredAt, properties: {}, context: {} },
    order: {
      ...(orderId !== undefined && { id: orderId }),
      ...(refundId !== undefined && { refundId }),
      ...(baseMinor !== undefined && { baseMinor }),
    },
  }
}

/** The state behind these events, and the order records that features publishes on the way. */
const publishedBy = (events: readonly CanonicalEvent[]) => {
  let state: FeaturesState | undefined
  const records: LogRecord[] = []
  for (const [offset, event] of events.entries()) {
    const key = customerKey(event.customer)
    const value = Buffer.from(JSON.stringify(event))
    const record = { key, value, headers: {}, offset, appendedAt: DECIDED }
    const outcome = definition.handle(state, record, { clock: DECIDED, partition: 0 })
    state = outcome.state ?? state
    for (const [index, output] of (outcome.outputs ?? []).entries()) {
      const version = formatVersion({ generation: 0, offset, index })
      if (output.topic === ORDERS)
        records.push({ ...record, value: output.value, headers: { [VERSION_HEADER]: version } })
    }
  }
  return { customer: state?.customer, records }
}

/** What is to come of a customer's orders, by the view of the customer state. */
const expectedOf = ({ customer }: ReturnType<typeof publishedBy>) => {
  const orders = (customer?.orders ?? []).map((order) => ({
    orderId: order.id,
    placedAt: order.placed?.at ?? null,
    ...orderStanding(order),
  }))
  const counted = (customer?.orders ?? [])
    .filter(isValid)
    .filter(({ placed: { at } }) => at > DECIDED && at <= DECIDED + WINDOW_DAYS * DAY_MS)
  return {
    orders: orders.sort((a, b) => (a.orderId < b.orderId ? -1 : 1)),
    returned: counted.length > 0 ? 1 : 0,
    revenueMinor: counted.reduce((sum, order) => sum + orderStanding(order).netMinor, 0),
  }
}

const MOST = 14

/** A history, the order in which features reads it, and that in which retention reads the records. */
const arbitraryReading = fc.record({
  history: fc.array(arbitraryTold, { minLength: 1, maxLength: MOST }),
  arrivals: fc.shuffledSubarray([...Array(MOST).keys()], { minLength: MOST }),
  deliveries: fc.shuffledSubarray([...Array(MOST * 3).keys()], { minLength: MOST * 3 }),
  copies: fc.array(fc.nat({ max: MOST }), { maxLength: 5 }),
  batch: fc.integer({ min: 1, max: 6 }),
})

/** The items at these places, as far as there are. */
const at = <T>(items: readonly T[], places: readonly number[]): T[] =>
  places.flatMap((place) => (place < items.length ? [items[place]!] : []))

describe.skipIf(server === undefined)('outcomes of orders', () => {
  const schema = uniqueName('outcomes')
  let postgres: Postgres
  let customers = 0

  beforeAll(async () => {
    if (server === undefined) return
    postgres = await openPostgres({ url: server.url, schema, applicationName: schema })
    await migrate(postgres, { folder: MIGRATIONS })
    await postgres.query("INSERT INTO policies VALUES (1, '', 0)")
  })
  afterAll(async () => {
    if (server === undefined) return
    await postgres.query(`DROP SCHEMA "${schema}" CASCADE`)
    await postgres.close()
  })

  /** A customer who was treated, the only one of an experiment. */
  const decideOnSomebody = async (): Promise<string> => {
    customers += 1
    const userId = `c${customers}`
    await postgres.query(
      `INSERT INTO decisions (decision_id, alert_id, episode_id, customer_id, tier, reasons, segment,
         mode, status, arm, experiment_id, policy_version, decided_at, trigger)
       VALUES ($1, $1, $1, $2, 'light', '[]', 'all', 'live', 'sent', 'treated', $1, 1, $3, '{}')`,
      [userId, `u:${userId}`, DECIDED],
    )
    return userId
  }

  const readAll = async (records: readonly LogRecord[], batch: number): Promise<void> => {
    for (let from = 0; from < records.length; from += batch)
      await postgres.transaction((tx) => handleOrders(tx, records.slice(from, from + batch), 0))
  }

  const found = async (userId: string) => {
    const orders = await postgres.query(
      `SELECT order_id AS "orderId", placed_at AS "placedAt", status, net_minor AS "netMinor"
       FROM orders WHERE customer_id = $1 ORDER BY order_id COLLATE "C"`,
      [`u:${userId}`],
    )
    const now = DECIDED + 2 * WINDOW_DAYS * DAY_MS
    const [treated] = await armOutcomes(postgres, { id: userId, windowDays: WINDOW_DAYS, now })
    const { returned, revenueMinor } = treated!
    return { orders, returned, revenueMinor }
  }

  test('are those of the customer state, in whatever order facts and records come', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryReading, async (reading) => {
        const { history, arrivals, deliveries, copies, batch } = reading
        const [one, other] = [await decideOnSomebody(), await decideOnSomebody()]
        const events = (userId: string) => history.map((told, i) => eventOf(told, i, userId))
        const inOrder = publishedBy(events(one))
        const shuffled = publishedBy(at(events(other), arrivals))
        await readAll(inOrder.records, batch)
        await readAll([...at(shuffled.records, deliveries), ...at(shuffled.records, copies)], batch)
        expect(await found(one)).toEqual(expectedOf(inOrder))
        expect(await found(other)).toEqual(expectedOf(inOrder))
      }),
      { numRuns: 150 },
    )
  })
})
