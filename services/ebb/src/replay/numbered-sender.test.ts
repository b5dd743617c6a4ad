import { EVENTS } from '@ebb/contracts/topics'
import type { EventLog, LogRecord, NewRecord } from '@ebb/streaming/event-log'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numberedSender } from './numbered-sender.ts'
import { memoryLog, PARTITIONS, recordsOf } from './replay-fixture.ts'

const PRODUCER = 'replay'

/** A record and the partition it goes to. */
type Step = readonly [partition: number, record: NewRecord]

const step = (partition: number, text: string): Step => [
  partition,
  { key: text, value: Buffer.from(text), headers: { ce_id: text } },
]

const sendAll = async (log: EventLog, steps: readonly Step[]): Promise<void> => {
  const sender = await numberedSender(log, { topic: EVENTS, producer: PRODUCER })
  for (const [partition, record] of steps) await sender.send(partition, record)
  await sender.flush()
}

const shown = (records: readonly LogRecord[]): string[] =>
  records.map(({ key, headers }) => `${headers['producer']} ${headers['sequence']} ${key}`)

const logAfter = async (steps: readonly Step[]): Promise<LogRecord[][]> => {
  const log = memoryLog()
  await sendAll(log, steps)
  return recordsOf(log, EVENTS)
}

/** A log that holds the first records of each partition, as a kill may leave it. */
const cutLog = async (
  whole: readonly (readonly LogRecord[])[],
  kept: readonly number[],
): Promise<EventLog> => {
  const log = memoryLog()
  for (const [partition, records] of whole.entries())
    await log.append({ topic: EVENTS, partition }, records.slice(0, kept[partition]))
  return log
}

const arbitrarySteps: fc.Arbitrary<Step[]> = fc
  .array(fc.nat({ max: PARTITIONS - 1 }), { maxLength: 60 })
  .map((partitions) => partitions.map((partition, i) => step(partition, `r${i}`)))

const arbitraryCut = fc.array(fc.nat({ max: 60 }), {
  minLength: PARTITIONS,
  maxLength: PARTITIONS,
})

describe('a numbered sender', () => {
  test('sends every record once, in order, numbered from 1 in each partition', async () => {
    const [first, second] = await logAfter([step(0, 'a'), step(1, 'b'), step(0, 'c')])
    expect(shown(first!)).toEqual(['replay 1 a', 'replay 2 c'])
    expect(shown(second!)).toEqual(['replay 1 b'])
    expect(first![0]).toMatchObject({ headers: { ce_id: 'a' } })
  })

  test('holds back what is waiting until it is flushed, or until it is a batch', async () => {
    const log = memoryLog()
    const sender = await numberedSender(log, { topic: EVENTS, producer: PRODUCER })
    const inLog = async () => (await recordsOf(log, EVENTS)).map((records) => records.length)
    for (let i = 1; i < 1_000; i += 1) await sender.send(...step(0, `r${i}`))
    await sender.send(...step(1, 'beside'))
    expect(await inLog()).toEqual([0, 0, 0, 0])
    await sender.send(...step(0, 'r1000'))
    expect(await inLog()).toEqual([1_000, 1, 0, 0])
    await sender.send(...step(0, 'r1001'))
    await sender.flush()
    expect(await inLog()).toEqual([1_001, 1, 0, 0])
  })

  test('that is run again after a cut anywhere leaves the same log', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrarySteps, arbitraryCut, async (steps, kept) => {
        const whole = await logAfter(steps)
        const log = await cutLog(whole, kept)
        await sendAll(log, steps)
        expect(await recordsOf(log, EVENTS)).toEqual(whole)
      }),
    )
  })

  test('that is cut again and again leaves the same log', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitrarySteps,
        fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
        async (steps, stops) => {
          const log = memoryLog()
          for (const stop of stops) await sendAll(log, steps.slice(0, stop))
          await sendAll(log, steps)
          expect(await recordsOf(log, EVENTS)).toEqual(await logAfter(steps))
        },
      ),
    )
  })

  test('goes on over batches where the log fails in between', async () => {
    const steps = Array.from({ length: 5_500 }, (_, i) => step(i % 2, `r${i}`))
    const log = memoryLog()
    let left = 3
    const failing: EventLog = {
      ...log,
      append: (to, records) => {
        left -= 1
        return left >= 0 ? log.append(to, records) : Promise.reject(new Error('killed'))
      },
    }
    await expect(sendAll(failing, steps)).rejects.toThrow('killed')
    expect((await recordsOf(log, EVENTS)).flat().length).toBeGreaterThan(0)
    await sendAll(log, steps)
    expect(await recordsOf(log, EVENTS)).toEqual(await logAfter(steps))
  })

  test('adds nothing when it had come to its end', async () => {
    const log = memoryLog()
    const steps = [step(0, 'a'), step(3, 'b')]
    await sendAll(log, steps)
    await sendAll(log, steps)
    expect((await recordsOf(log, EVENTS)).flat()).toHaveLength(2)
  })

  test('begins behind what is known to have been sent, and reads no further back', async () => {
    const log = memoryLog()
    const steps = [step(0, 'a'), step(0, 'b'), step(0, 'c'), step(1, 'd')]
    await sendAll(log, steps.slice(0, 1))
    const known = async (partition: number) => ({ offset: partition === 0 ? 1 : 0, sequence: 2 })
    const sender = await numberedSender(log, { topic: EVENTS, producer: PRODUCER, known })
    for (const each of steps) await sender.send(...each)
    await sender.flush()
    expect((await recordsOf(log, EVENTS)).flat().map(({ key }) => key)).toEqual(['a', 'c'])
    expect(sender.sent()).toBe(1)
  })

  test('finds its last number among what others write, however much that is', async () => {
    const others = [0, 1, 999, 1_000, 2_500]
    for (const count of others) {
      const log = memoryLog()
      const foreign = Array.from({ length: count }, (_, i): NewRecord => {
        return { key: `x${i}`, value: Buffer.alloc(1), headers: { producer: 'x', sequence: '9' } }
      })
      const steps = [step(0, 'a'), step(0, 'b'), step(0, 'c')]
      await sendAll(log, steps.slice(0, 2))
      await log.append({ topic: EVENTS, partition: 0 }, foreign)
      await sendAll(log, steps)
      const ours = (await recordsOf(log, EVENTS)).flat().filter(({ key }) => !key.startsWith('x'))
      expect(shown(ours)).toEqual(['replay 1 a', 'replay 2 b', 'replay 3 c'])
    }
  })
})
