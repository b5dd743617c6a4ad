import fc from 'fast-check'
import type { KafkaMessage } from 'kafkajs'
import { expect, test } from 'vitest'
import { type FetchedBatch, type Inflow, partitionInflow } from './kafka-consumption-inflow.ts'

const message = (offset: number): KafkaMessage => ({
  key: Buffer.from('k'),
  value: null,
  timestamp: '0',
  attributes: 0,
  offset: `${offset}`,
  headers: {},
})

/** What a broker has at `offsets`, fetched from one of them or from a gap between them. */
const fetched = (from: number, offsets: readonly number[]): FetchedBatch => ({
  fetchedOffset: `${from}`,
  topic: 't',
  partition: 0,
  highWatermark: '0',
  messages: offsets.map(message),
  isEmpty: () => offsets.length === 0,
  firstOffset: () => `${offsets[0]}`,
  lastOffset: () => `${offsets.at(-1)}`,
  offsetLag: () => '0',
  offsetLagLow: () => '0',
})

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

/** An inflow, and what it asked of the consumer. */
const openInflow = () => {
  const asked: string[] = []
  const inflow = partitionInflow({
    fetchFrom: (offset) => asked.push(`from ${offset}`),
    hold: () => asked.push('hold'),
    release: () => asked.push('release'),
  })
  return { inflow, asked }
}

const taken = async (inflow: Inflow, limit: number): Promise<number[] | string> => {
  const next = await inflow.next(limit)
  return typeof next === 'string' ? next : next.map(({ offset }) => offset)
}

test('an inflow takes nothing before it begins', async () => {
  const { inflow, asked } = openInflow()
  expect(inflow.offer(fetched(0, [0, 1]))).toBe(false)
  inflow.begin(5)
  expect(inflow.offer(fetched(5, [5]))).toBe(true)
  expect(await taken(inflow, 9)).toEqual([5])
  expect(asked).toEqual(['from 5'])
})

test('an inflow hands on what it had before it says that it went astray', async () => {
  const { inflow, asked } = openInflow()
  inflow.begin(0)
  inflow.offer(fetched(0, [0, 1, 3]))
  expect(inflow.offer(fetched(9, [9]))).toBe(false)
  expect(await taken(inflow, 2)).toEqual([0, 1])
  expect(await taken(inflow, 2)).toEqual([3])
  expect(await taken(inflow, 2)).toBe('astray')
  expect(inflow.due()).toBe(4)
  inflow.begin(4)
  inflow.offer(fetched(4, [9]))
  expect(await taken(inflow, 2)).toEqual([9])
  expect(asked).toEqual(['from 0', 'hold', 'from 4'])
})

test('an inflow steps over what holds no records, where that was due', async () => {
  const { inflow } = openInflow()
  inflow.begin(10)
  inflow.skip('4', '7')
  expect(inflow.due()).toBe(10)
  inflow.skip('10', '12')
  inflow.skip(null, '13')
  expect(inflow.offer(fetched(14, [14]))).toBe(true)
})

test('an inflow holds its partition for a slow listener, and releases it in time', async () => {
  const { inflow, asked } = openInflow()
  inflow.begin(0)
  inflow.offer(fetched(0, upTo(0, 2_500)))
  await inflow.room()
  expect(asked).toEqual(['from 0', 'hold'])
  await taken(inflow, 1_000)
  expect(asked).toHaveLength(2)
  await taken(inflow, 1_000)
  expect(asked).toEqual(['from 0', 'hold', 'release'])
})

test('an inflow that is closed hands on nothing and keeps nobody waiting', async () => {
  const { inflow } = openInflow()
  inflow.begin(0)
  const waiting = taken(inflow, 1)
  inflow.close()
  expect(await waiting).toBe('closed')
  inflow.offer(fetched(0, upTo(0, 5_000)))
  await inflow.room()
  expect(await taken(inflow, 1)).toBe('closed')
})

/** A partition with gaps, as compaction leaves them. */
const LOG = upTo(0, 400).filter((offset) => offset % 7 !== 3 && (offset < 100 || offset > 120))

const offset = fc.nat(LOG.at(-1)!)
const step = fc.oneof(
  fc.record({ what: fc.constant('fetch' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ what: fc.constant('stray' as const), from: offset }),
  fc.record({ what: fc.constant('begin' as const), from: offset }),
  fc.record({ what: fc.constant('take' as const), limit: fc.integer({ min: 1, max: 30 }) }),
)

test('an inflow hands on the log from where it began, whatever else is fetched', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), offset, async (steps, start) => {
      const { inflow } = openInflow()
      let began = start
      let seen: number[] = []
      let waiting = 0
      const begin = (from: number): void => {
        inflow.begin(from)
        began = from
        seen = []
        waiting = 0
      }
      const fetch = (from: number, count: number): void => {
        const found = LOG.filter((at) => at >= from).slice(0, count)
        if (found.length > 0 && inflow.offer(fetched(from, found))) waiting += found.length
      }
      begin(start)
      for (const now of steps) {
        if (now.what === 'fetch') fetch(inflow.due()!, now.count)
        else if (now.what === 'stray') fetch(now.from, 10)
        else if (now.what === 'begin') begin(now.from)
        else if (waiting > 0) {
          const offsets = (await taken(inflow, now.limit)) as number[]
          waiting -= offsets.length
          seen.push(...offsets)
        }
      }
      expect(seen).toEqual(LOG.filter((at) => at >= began).slice(0, seen.length))
    }),
  )
})
