import { once } from 'node:events'
import { useOwnKafka } from '@ebb/testkit/engines'
import { afterAll, describe, expect, test } from 'vitest'
import { kafkaConsumption } from './kafka-consumption.ts'
import {
  behind,
  openTestTopic,
  type Recorder,
  recordedListener,
  type TestTopic,
} from './kafka-consumption-fixture.ts'

const startKafka = await useOwnKafka()
const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const consume = async (
  { kafka, topic, group }: TestTopic,
  { listener }: Recorder,
  onNotice: (notice: { error?: Error }) => void = () => {},
) => {
  const session = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 300 }
  const at = { kafka, topic, group }
  const consumption = await kafkaConsumption({ ...at, listener, onNotice, ...session })
  closing.push(consumption.stop)
  return consumption
}

describe.skipIf(startKafka === undefined)('a consumption of a broker that comes and goes', () => {
  test('goes on by itself where it was', async () => {
    const broker = await startKafka!()
    closing.push(broker.stop)
    const at = await openTestTopic(broker.brokers, 1)
    closing.push(at.close)
    const lost = Promise.withResolvers<void>()
    let next = 0
    const member = recordedListener({
      assigned: async () => next,
      batch: async (_partition, records, signal) => {
        if (records[0]!.offset === 10) await once(signal, 'abort')
        next = behind(records)
        return next
      },
    })
    await consume(at, member, ({ error }) => {
      if (error?.message.startsWith('no heartbeat')) lost.resolve()
    })
    await at.append(0, 5)
    await member.until(() => member.handled(0).length === 5)

    await broker.kill('SIGKILL')
    const early = recordedListener()
    const begunEarly = await consume({ ...at, group: `${at.group}.early` }, early)
    await broker.restart()
    await at.led()
    await at.append(0, 5)
    await member.until(() => member.handled(0).length === 10)
    await early.until(() => early.handled(0).length === 10)

    await at.append(0, 1)
    await member.until(() => member.count('batch') > member.count('handled'))
    await broker.kill('SIGSTOP')
    // Neither of them can ask the broker: one is told to stop, the other's session runs out.
    await Promise.all([begunEarly.stop(), lost.promise])
    await broker.kill('SIGCONT')
    await at.led()
    await at.append(0, 1)
    await member.until(() => member.handled(0).length >= 12)
    expect(member.handled(0).slice(0, 12)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(member.count('aborted')).toBeGreaterThan(0)
    expect(member.count('halted')).toBe(0)
  })
})
