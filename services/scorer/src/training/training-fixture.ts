import { topicsOf } from '@ebb/contracts/topics'
import type { CustomerState } from '@ebb/customer/customer-state'
import { fold } from '@ebb/customer/fold'
import { CUSTOMERS_STORE } from '@ebb/customer/kept-customer'
import { pack } from '@ebb/customer/packing'
import { createLogger } from '@ebb/runtime/logger'
import type { EventLog } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { encodePartitionRecord } from '@ebb/streaming/partition-record'
import type { PartitionStore } from '@ebb/streaming/partition-store'
import { SHIPPED_SCORING } from '../shipped-model.ts'
import { modelBook } from './model-book.ts'
import { type TrainingMode, trainer } from './trainer.ts'

export const DAY_MS = 86_400_000
/** Four in the morning of the shop, ten months behind its first order. */
export const NOW = Date.UTC(2026, 5, 1, 4)

export const PARTITIONS = 2

/** Numbers in [0, 1) that look random and are always the same. */
const numbers = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** When somebody orders, who does so by chance every month or two, until they leave: instants, rising. */
export const instantsOf = (seed: number): number[] => {
  const next = numbers(seed + 1)
  for (let skipped = 0; skipped < 9; skipped += 1) next()
  const first = NOW - (95 + 205 * next()) * DAY_MS
  const meanGapDays = 20 + 60 * next()
  const instants = [first]
  while (next() > 0.02) {
    const at = instants.at(-1)! - Math.log(1 - next()) * meanGapDays * DAY_MS
    if (at > NOW) break
    instants.push(Math.floor(at))
  }
  return instants.map(Math.floor)
}

/** Somebody who looks in twice to ten times a month, from the first order to now. */
const visitorOf = (seed: number): CustomerState | undefined => {
  const customer = { userId: `c${seed}` }
  let state: CustomerState | undefined
  for (let at = instantsOf(seed)[0]!; at < NOW; at += (3 + (seed % 13)) * DAY_MS) {
    const view = { id: `v${at}`, type: 'page' as const, name: '', customer, sourceRank: 1 }
    state = fold(state, { ...view, occurredAt: at }, { clock: at, timeZone: 'UTC' }).state
  }
  return state
}

const customerOf = (seed: number): CustomerState => {
  const userId = `c${seed}`
  return instantsOf(seed).reduce((state, occurredAt, i) => {
    const order = { id: `${userId}-${i}`, amountMinor: 1_000 + 100 * (seed % 40) }
    const event = {
      ...{ id: order.id, type: 'track' as const, name: 'Order Completed', customer: { userId } },
      ...{ sourceRank: 2, occurredAt, order },
    } as const
    return fold(state, event, { clock: NOW, timeZone: 'UTC' }).state
  }, visitorOf(seed))!
}

/** The states of the feature service of a shop with so many customers. */
export const customerStore = async (customers: number): Promise<PartitionStore> => {
  const store = memoryPartitionStore()
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const states = new Map<string, Uint8Array>()
    for (let seed = partition; seed < customers; seed += PARTITIONS)
      states.set(`u:c${seed}`, Buffer.concat([Uint8Array.of(1), pack(customerOf(seed))]))
    const { epoch } = await store.acquire(partition)
    const about = { clock: NOW, generation: 0, partitions: PARTITIONS, producers: {} }
    const position = { offset: customers, record: encodePartitionRecord(about) }
    await store.commit(partition, { epoch, expectedOffset: undefined, states, position })
  }
  return store
}

/** A log and the states of a shop; no trainer yet. */
export const learningShop = async (customers: number) => {
  const log = memoryEventLog({ topics: topicsOf(PARTITIONS), now: () => NOW })
  const customersStore = await customerStore(customers)
  const stores = new Map([[CUSTOMERS_STORE, customersStore]])
  const engines = { generation: 0, log, store: (name: string) => stores.get(name)! }
  return { log, engines, customersStore, book: () => modelBook(log).readOn() }
}

export type LearningShop = Awaited<ReturnType<typeof learningShop>>

/** Every record of a topic's partition. */
export const recordsIn = async (log: EventLog, topic: string, partition: number) =>
  (await log.read({ topic, partition }, 0, 1_000)).records

/**
 * A trainer that owns the first partition; `tick` resolves when all that it began at that tick has
 * ended.
 */
export const ownerOf = ({ engines }: LearningShop, mode: TrainingMode, log = engines.log) => {
  const told: string[] = []
  const write = (line: string): void => void told.push((JSON.parse(line) as { msg: string }).msg)
  const logger = createLogger({ service: 'scorer', level: 'info', destination: { write } })
  const generations = onlyGeneration({ ...engines, log })
  const ports = { generations, logger, now: () => NOW }
  const { horizonDays } = SHIPPED_SCORING.policy
  const { observer, idle, stop } = trainer(ports, {
    ...{ mode, timeZone: 'UTC', currency: 'EUR', horizonDays },
  })
  observer.acquired!({ partition: 0, offset: 0, clock: 0, nextDue: undefined })
  const committed = (clock: number): void =>
    observer.committed!({
      ...{ partition: 0, offset: 1, records: 1, clock, copies: 0, nextDue: undefined },
    })
  const tick = async (clock: number): Promise<void> => {
    committed(clock)
    await idle()
  }
  return { observer, committed, tick, stop, told }
}
