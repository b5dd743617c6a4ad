import { useKafka } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { kafkaClient } from './kafka-client.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import { closedAfterwards, withTopics } from './kafka-log-fixture.ts'
import { batchProducer, type Produce, type ProduceBatch } from './kafka-produce.ts'

const kafka = await useKafka()

/** A producer, and batches of one record for the topics under its prefix. */
const open = async (topics: readonly string[], config: Record<string, string> = {}) => {
  const wanted = topics.map((name) => ({ name, partitions: 2 }))
  const settings = await withTopics(kafka!.brokers, wanted, config)
  const cluster = kafkaCluster(() => kafkaClient(settings))
  closedAfterwards(cluster.close)
  const produce: Produce = batchProducer(cluster, settings.compression)
  const batch = (topic: string, partition: number, over: object = {}): ProduceBatch => ({
    to: { topic: settings.prefix + topic, partition },
    records: [{ key: 'k', value: Buffer.from('v'), timestamp: 1_000, ...over }],
  })
  /** Of batches that are sent together: the offset, or the error's message. */
  const outcomes = async (...batches: readonly ProduceBatch[]) =>
    (await Promise.allSettled(batches.map(produce))).map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message,
    )
  return { batch, outcomes }
}

describe.skipIf(kafka === undefined)('batches that are sent together', () => {
  test('each have an offset of their own', async () => {
    const { batch, outcomes } = await open(['a', 'b'])
    await outcomes(batch('a', 0))
    expect(await outcomes(batch('a', 0), batch('a', 1), batch('b', 0))).toEqual([1, 0, 0])
  })

  test('do not fail with one whose topic cannot be looked up', async () => {
    const { batch, outcomes } = await open(['a'])
    const [bad, good] = await outcomes(batch('no such name!', 0), batch('a', 0))
    expect(good).toBe(0)
    expect(bad).toMatch(/no such name!\/0.*invalid topic/)
  })

  test('do not fail with one that the broker refuses, and stand in the log once', async () => {
    const { batch, outcomes } = await open(['a'], { 'max.message.bytes': '1000' })
    const large = batch('a', 1, { value: Buffer.alloc(2_000) })
    const [good, refused] = await outcomes(batch('a', 0), large)
    expect(good).toBe(0)
    expect(refused).toMatch(/a\/1.*larger than the max message size/)
    expect(await outcomes(batch('a', 0))).toEqual([1])
  })

  test('do not fail with one that cannot be encoded', async () => {
    const { batch, outcomes } = await open(['a'])
    const [good, bad] = await outcomes(batch('a', 0), batch('a', 1, { timestamp: 0.5 }))
    expect(good).toBe(0)
    expect(bad).toMatch(/0\.5/)
  })
})
