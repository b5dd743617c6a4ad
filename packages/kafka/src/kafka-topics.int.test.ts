import { useKafka } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { freshSettings, openLog, record } from './kafka-log-fixture.ts'
import { applyTopics, deleteTopics, type KafkaTopic, planTopics } from './kafka-topics.ts'

const kafka = await useKafka()
const events: KafkaTopic = { name: 'events', partitions: 3, config: { 'retention.ms': '3600000' } }
const features: KafkaTopic = { name: 'features', partitions: 2, config: {} }

describe.skipIf(kafka === undefined)('topics on Kafka', () => {
  const setUp = () => freshSettings(kafka!.brokers)

  test('are planned, made, and then as they should be', async () => {
    const settings = setUp()
    const plan = await planTopics(settings, [events, features])
    expect(plan).toEqual([
      { topic: `${settings.prefix}events`, action: 'create', wanted: events },
      { topic: `${settings.prefix}features`, action: 'create', wanted: features },
    ])
    await applyTopics(settings, plan)
    const log = await openLog(settings)
    expect(await log.append({ topic: 'events', partition: 2 }, [record('a')])).toBe(0)
    expect((await planTopics(settings, [events, features])).map(({ action }) => action)).toEqual([
      'keep',
      'keep',
    ])
  })

  test('may be made by two at once, and by the same plan twice', async () => {
    const settings = setUp()
    const plan = await planTopics(settings, [events, features])
    await Promise.all([applyTopics(settings, plan), applyTopics(settings, plan)])
    await applyTopics(settings, plan)
    expect(await (await openLog(settings)).partitions('events')).toBe(3)
  })

  test('get the settings that they should have, and keep those nobody speaks of', async () => {
    const settings = setUp()
    const first = { ...events, config: { 'retention.ms': '3600000', 'segment.bytes': '2000000' } }
    await applyTopics(settings, await planTopics(settings, [first]))
    const wanted = { ...events, config: { 'retention.ms': '7200000', 'cleanup.policy': 'compact' } }
    const plan = await planTopics(settings, [wanted])
    expect(plan).toEqual([
      {
        topic: `${settings.prefix}events`,
        action: 'configure',
        changes: [
          { name: 'retention.ms', from: '3600000', to: '7200000' },
          { name: 'cleanup.policy', from: 'delete', to: 'compact' },
        ],
      },
    ])
    await applyTopics(settings, plan)
    const all = { ...wanted, config: { ...first.config, ...wanted.config } }
    expect((await planTopics(settings, [all]))[0]!.action).toBe('keep')
  })

  test('are refused with another number of partitions, before anything else is done', async () => {
    const settings = setUp()
    await applyTopics(settings, await planTopics(settings, [events]))
    const plan = await planTopics(settings, [features, { ...events, partitions: 4 }])
    expect(plan[1]).toMatchObject({ action: 'refuse', partitions: { found: 3, wanted: 4 } })
    await expect(applyTopics(settings, plan)).rejects.toMatchObject({
      code: 'EBB_TOPIC_PARTITIONS',
    })
    expect((await planTopics(settings, [features]))[0]!.action).toBe('create')
  })

  test('with settings that Kafka does not know are refused in words', async () => {
    const settings = setUp()
    const plan = await planTopics(settings, [{ ...events, config: { 'retention.ms': 'long' } }])
    await expect(applyTopics(settings, plan)).rejects.toMatchObject({ code: 'EBB_KAFKA_REFUSED' })
  })

  test('are deleted where they are there', async () => {
    const settings = setUp()
    await applyTopics(settings, await planTopics(settings, [events]))
    await Promise.all([
      deleteTopics(settings, ['events', 'features']),
      deleteTopics(settings, ['events']),
    ])
    await deleteTopics(settings, ['events'])
    const log = await openLog(settings)
    await expect(log.partitions('events')).rejects.toMatchObject({ code: 'EBB_TOPIC_MISSING' })
  })
})
