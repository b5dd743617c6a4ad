import { tickRecord } from '@ebb/contracts/tick'
import { ALERTS, FEATURES, REJECTS, topicsOf } from '@ebb/contracts/topics'
import { crossings } from '@ebb/risk/silence/tiers'
import { createLogger } from '@ebb/runtime/logger'
import type { NewRecord } from '@ebb/streaming/event-log'
import { onlyGeneration } from '@ebb/streaming/generation'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { expect, test } from 'vitest'
import { SCORER_PROCESSOR } from './scorer-definition.ts'
import {
  alertIn,
  DAY_MS,
  featuresOf,
  featuresRecord,
  NOON,
  rhythmOf,
  SETTINGS,
} from './scorer-fixture.ts'
import { unpackScorerState } from './scorer-state.ts'
import { start } from './service.ts'

const { light, moderate } = crossings(rhythmOf(0), SETTINGS.model, SETTINGS.policy)

/** A scorer with one partition in memory; each run begins with the states of the one before. */
const scorer = () => {
  const topics = topicsOf(1)
  const log = memoryEventLog({ topics, now: () => NOON + 1_000 * DAY_MS })
  const inner = memoryPartitionStore()
  const logger = createLogger({ service: SCORER_PROCESSOR, level: 'silent' })
  const to = { topic: FEATURES, partition: 0 }

  /** Runs until the states stand behind all of these records. */
  const run = async (...records: NewRecord[]): Promise<void> => {
    const end = (await log.append(to, records)) + records.length
    const done = Promise.withResolvers<void>()
    const store: typeof inner = {
      ...inner,
      commit: async (partition, commit) => {
        const outcome = await inner.commit(partition, commit)
        if (commit.position.offset >= end) done.resolve()
        return outcome
      },
    }
    const running = await start(
      {
        generations: onlyGeneration({ generation: 0, log, store: () => store }),
        ...{ logger, onHalt: done.reject },
      },
      SETTINGS,
    )
    await done.promise.finally(() => running.stop())
  }
  const published = async (topic: string) =>
    (await log.read({ topic, partition: 0 }, 0, 1_000)).records
  return { run, published, store: inner }
}

test('customers go silent, and are heard to come back', async () => {
  const { run, published } = scorer()
  const back = featuresOf({ rhythm: rhythmOf(0, 90), causeOrderId: 'o90' })
  await run(featuresRecord(featuresOf(), 0), tickRecord(light - 1), tickRecord(light))
  await run(tickRecord(moderate), tickRecord(NOON + 90 * DAY_MS), featuresRecord(back, 1))
  const alerts = (await published(ALERTS)).map(alertIn)
  expect(alerts.map(({ kind, tier, raisedAt }) => [kind, tier, raisedAt])).toEqual([
    ['at_risk', 'light', light],
    ['at_risk', 'moderate', moderate],
    ['recovered', 'healthy', NOON + 90 * DAY_MS],
  ])
})

test('what a zombie of the feature service published late changes nothing', async () => {
  const { run, published, store } = scorer()
  const late = featuresOf({ rhythm: rhythmOf(0, 300) })
  await run(featuresRecord(featuresOf(), 5), featuresRecord(late, 4), tickRecord(light))
  expect((await published(ALERTS)).map(alertIn)).toMatchObject([{ crossedAt: light }])
  const [bytes] = (await store.read(0, ['u:ann'])).states
  expect(unpackScorerState(bytes!).risk.rhythm?.lastOrderId).toBe('o0')
})

test('a customer without an order leaves nothing in the store', async () => {
  const { run, store } = scorer()
  const { rhythm: _, ...visitor } = featuresOf()
  await run(featuresRecord(visitor, 0), tickRecord(NOON))
  expect((await store.read(0, ['u:ann'])).states).toEqual([undefined])
})

test('a poisoned record is rejected, and what stands behind it is scored', async () => {
  const { run, published } = scorer()
  const poison = { ...featuresRecord(featuresOf(), 0), value: Buffer.from('{') }
  await run(poison, featuresRecord(featuresOf(), 1), tickRecord(light))
  expect(await published(REJECTS)).toHaveLength(1)
  expect(await published(ALERTS)).toHaveLength(1)
})
