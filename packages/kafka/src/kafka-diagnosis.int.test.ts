import { useKafka, useOwnKafka } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { membersOf, reportOnKafka } from './kafka-diagnosis.ts'
import { closedAfterwards, freshSettings, openLog, withTopics } from './kafka-log-fixture.ts'

const kafka = await useKafka()
const startKafka = await useOwnKafka()

describe.skipIf(kafka === undefined)('a diagnosis of Kafka', () => {
  test('tells which Kafka it is', async () => {
    expect(await reportOnKafka(freshSettings(kafka!.brokers))).toEqual({
      ...{ product: 'Apache Kafka', advice: [] },
      version: expect.stringMatching(/^(newer than )?\d\.\d$/),
    })
  })

  test('tells who reads which partitions, and that nobody does', async () => {
    const settings = await withTopics(kafka!.brokers, [{ name: 'in', partitions: 3 }])
    const log = await openLog(settings)
    const assigned = Promise.withResolvers<void>()
    const seen = new Set<number>()
    const member = await log.consume('readers', 'in', {
      assigned: async (partition) => {
        seen.add(partition)
        if (seen.size === 3) assigned.resolve()
        return 0
      },
      batch: async (_partition, records) => records.at(-1)!.offset + 1,
      revoked: () => {},
      halted: assigned.reject,
    })
    closedAfterwards(member.stop)
    await assigned.promise
    const [readers, nobody] = await membersOf(settings, ['readers', 'nobody'])
    expect(readers).toEqual([
      { who: expect.stringMatching(/^test at \S+$/), partitions: [0, 1, 2] },
    ])
    expect(nobody).toEqual([])
  })
})

describe.skipIf(startKafka === undefined)('a diagnosis of a broker that stands still', () => {
  test('ends in time, as something that may pass', async () => {
    const own = await startKafka!()
    closedAfterwards(own.stop)
    const settings = freshSettings(own.brokers)
    await own.kill('SIGSTOP')
    await expect(membersOf(settings, ['readers'])).rejects.toMatchObject({
      code: 'EBB_KAFKA_UNAVAILABLE',
    })
  })
})
