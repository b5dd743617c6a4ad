import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Format, readRows } from '@ebb/cli/replay/read-rows'
import { readReplayFile } from '@ebb/cli/replay/replay-file'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { packFeaturesState } from '@ebb/features/features-state'
import { connectRedis } from '@ebb/redis/redis-connection'
import { demoShop } from '@ebb/simulator/demo-shop'
import { shopTimeline } from '@ebb/simulator/timeline'
import { BEGIN, canonicalEvent, intakeContext } from './bench-shop.ts'
import { decodedBytes } from './decoded-bytes.ts'
import { packedHistory } from './history-states.ts'
import { type CustomerStates, foldInto, keyedEvent } from './keyed-events.ts'
import { type RedisBytes, redisBytes } from './redis-bytes.ts'
import { quantile } from './statistics.ts'

/** Bytes that the feature service keeps of one customer. */
export interface StateSizes {
  readonly name: string
  readonly customers: number
  readonly median: number
  readonly p95: number
  readonly max: number
  /** What a packed byte takes in memory once it is decoded. */
  readonly decoded: number
  /** Absent without Redis. */
  readonly redis?: RedisBytes
  /** Of the median in Redis. */
  readonly goal?: string
}

/** What the sizes are called where benchmarks are chosen by name. */
export const SIZES = 'bytes a customer'

/** Customers of one kind, and the bytes of their states. */
interface StateSet {
  readonly name: string
  readonly states: ReadonlyMap<string, Uint8Array>
  readonly goal?: string
}

const ORDERS_GOAL = '≤ 400'
const CLICKS_GOAL = '≤ 600'

/**
 * Of the demonstration's shop, and of files of orders as a replay leaves them; also as Redis counts
 * them, where there is one at `redisUrl`.
 */
export const stateSizes = async (redisUrl?: string): Promise<readonly StateSizes[]> => {
  const sets = await stateSets()
  if (redisUrl === undefined) return sets.map(sizesOf)
  sets.push(...MANY.map(manyCustomers))
  const connection = await connectRedis({ url: redisUrl })
  const sizes: StateSizes[] = []
  for (const set of sets)
    sizes.push({ ...sizesOf(set), redis: await redisBytes(connection, set.states) })
  await connection.close()
  return sizes
}

const DAY_MS = 86_400_000
const DEMO_DAYS = 120
/** What `demoEvents` is called in tables. */
export const DEMO_SHOP = `demo shop after ${DEMO_DAYS} days`
const TICKS = { tickEveryMs: 3_600_000 }

const CDNOW = join(import.meta.dirname, '../../examples/cdnow_sample.txt')
const ONLINE_RETAIL = join(import.meta.dirname, '../../../shared/data/online_retail.csv.gz')

/** What Redis adds to each may follow from how many there are. */
const MANY = [20_000, 100_000, 200_000]

const manyCustomers = (customers: number): StateSet => ({
  name: `clickstream, ${customers.toLocaleString('en-US')} customers`,
  states: packedHistory(customers),
})

const stateSets = async (): Promise<StateSet[]> => {
  const demo = statesAfter(demoEvents())
  const cdnow = statesAfter(await eventsIn(CDNOW, 'cdnow'))
  return [
    { name: `${DEMO_SHOP}, customers`, states: packedOf(demo, 'u:'), goal: CLICKS_GOAL },
    { name: `${DEMO_SHOP}, anonymous visitors`, states: packedOf(demo, 'a:') },
    ...(await onlineRetail()),
    { name: 'CDNOW, orders alone', states: packedOf(cdnow, 'u:') },
  ]
}

const onlineRetail = async (): Promise<readonly StateSet[]> => {
  if (!existsSync(ONLINE_RETAIL)) {
    process.stderr.write('LEFT OUT, sizes of Online Retail: its file is absent\n')
    return []
  }
  const states = statesAfter(await eventsIn(ONLINE_RETAIL, 'online-retail'))
  const name = 'Online Retail, orders alone'
  return [{ name, states: packedOf(states, 'u:'), goal: ORDERS_GOAL }]
}

const statesAfter = (events: Iterable<CanonicalEvent>): CustomerStates =>
  foldInto(
    new Map(),
    Iterator.from(events).map((event) => keyedEvent(event, TICKS)),
  )

/** All that happened in the demonstration's shop until `BEGIN`, received as it happened. */
export function* demoEvents(): Generator<CanonicalEvent> {
  const startAt = BEGIN - DEMO_DAYS * DAY_MS
  const span = { from: startAt, until: BEGIN }
  for (const item of shopTimeline(demoShop(startAt), span))
    yield canonicalEvent(item, intakeContext(Date.parse(item.timestamp)))
}

/** Rows without a time of their own: they are received when they happened, as in a replay. */
const eventsIn = async (path: string, format: Format): Promise<readonly CanonicalEvent[]> => {
  const reading = { format, timeZone: 'UTC', now: BEGIN, currency: '', map: undefined }
  const { rows, currency } = readRows(await readReplayFile(path), reading)
  return rows
    .toSorted((a, b) => a.occurredAt - b.occurredAt)
    .map(({ item, occurredAt }) =>
      canonicalEvent(item, { ...intakeContext(occurredAt), baseCurrency: currency }),
    )
}

const packedOf = (states: CustomerStates, prefix: 'u:' | 'a:'): ReadonlyMap<string, Uint8Array> =>
  new Map(
    states
      .entries()
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, customer]) => [key, packFeaturesState({ customer, told: true })] as const),
  )

const sizesOf = ({ name, states, goal }: StateSet): StateSizes => {
  const sizes = [...states.values()].map(({ length }) => length).sort((a, b) => a - b)
  // Customers of the clickstream have few different lives.
  const distinct = [...new Set(states.values())]
  return {
    name,
    customers: sizes.length,
    median: quantile(sizes, 0.5),
    p95: quantile(sizes, 0.95),
    max: quantile(sizes, 1),
    decoded: decodedBytes(distinct) / distinct.reduce((sum, { length }) => sum + length, 0),
    ...(goal !== undefined && { goal }),
  }
}
