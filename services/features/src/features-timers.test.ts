import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { tickRecord } from '@ebb/contracts/tick'
import { EVENTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import type { NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { featuresDefinition, PLAIN_ACTIVITY_MS } from './features-definition.ts'
import { canonical, NOON, recordOf, SHOP } from './features-fixture.ts'

const DAY_MS = 86_400_000

/** Few of them, so that promises, cases, turns and ticks meet to the millisecond. */
const instant = fc.oneof(
  fc.integer({ min: -4, max: 8 }).map((days) => NOON + days * (DAY_MS / 2)),
  fc.integer({ min: NOON, max: NOON + 3 * PLAIN_ACTIVITY_MS }),
  fc.constantFrom(NOON - 60 * DAY_MS, NOON + 60_000, NOON + 60 * DAY_MS),
)

const event = fc
  .record({
    name: fc.constantFrom(
      ...['Product Viewed', 'Product Viewed', 'Order Completed', 'Order Updated'],
      ...['Order Delivered', 'Delivery Late', 'Order Cancelled', 'Order Refunded'],
      ...['Ticket Opened', 'Ticket Resolved', 'Survey Answered'],
    ),
    customer: fc.constantFrom({ userId: 'ann' }, { anonymousId: 'v4' }),
    occurredAt: instant,
    promisedAt: fc.option(instant, { nil: undefined }),
    order: fc.record({ id: fc.constantFrom('o1', 'o2'), baseMinor: fc.nat(9) }),
    category: fc.constantFrom('Shoes', 'Toys'),
  })
  .map(({ promisedAt, category, order, ...said }): Partial<CanonicalEvent> => {
    const promised = promisedAt !== undefined && { promised_at: new Date(promisedAt).toISOString() }
    return {
      ...said,
      ...(said.name.includes('Order') && { order }),
      properties: { category, ticket_id: order.id, ...promised },
    }
  })

/** Events, some of them copies, and ticks between them. */
const records = fc
  .array(fc.oneof(event, instant, fc.constant('turn' as const)), { minLength: 1, maxLength: 24 })
  .map((all) =>
    all.map((one, index): NewRecord | 'turn' => {
      if (one === 'turn') return one
      if (typeof one === 'number') return tickRecord(one)
      return recordOf(canonical(`e${index % 20}`, one))
    }),
  )

/** What was told, and when each timer stood, of records that processes read one behind the other. */
const run = async (processes: readonly (readonly (NewRecord | 'turn')[])[]) => {
  const definition = featuresDefinition(SHOP)
  const armed: (readonly [due: number, clock: number])[] = []
  const observed: typeof definition = {
    ...definition,
    dueAt: (state, key, at) => {
      const due = definition.dueAt!(state, key, at)
      if (due !== undefined) armed.push([due, at.clock])
      return due
    },
  }
  const log = memoryEventLog({ topics: topicsOf(1), now: () => NOON + 365 * DAY_MS })
  const ports = { log, store: memoryPartitionStore() }
  for (const mine of processes) {
    // A tick at the very instant for which something is armed.
    const told = mine.map((one) => (one === 'turn' ? tickRecord(armed.at(-1)?.[0] ?? NOON) : one))
    await log.append({ topic: EVENTS, partition: 0 }, told)
    await runProcessorToEnd(observed, ports)
  }
  const { records } = await log.read({ topic: FEATURES, partition: 0 }, 0, 10_000)
  return { armed, told: records.map(({ key, value }) => [key, Buffer.from(value).toString()]) }
}

test('no timer is ever armed for an instant that the clock has reached', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      // A process for each record: the state is packed, read back and armed again in between.
      const { armed } = await run(all.map((one) => [one]))
      expect(armed.filter(([due, clock]) => due <= clock)).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('what is told does not depend on where processes begin', async () => {
  await fc.assert(
    fc.asyncProperty(records, async (all) => {
      const known = all.filter((one) => one !== 'turn')
      const once = await run([known])
      const often = await run(known.map((one) => [one]))
      expect(often.told).toEqual(once.told)
    }),
    { numRuns: 100 },
  )
})
