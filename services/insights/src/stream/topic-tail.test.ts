import { EVENTS } from '@ebb/contracts/topics'
import { expect, test } from 'vitest'
import { PARTITIONS, waitingLog } from '../insights-fixture.ts'
import { endsOf, newestOf, tailOf } from './topic-tail.ts'

const records = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: Buffer.from('') }))

test('a tail reads what has come since, however much it is, and each record once', async () => {
  const log = waitingLog()
  await log.append({ topic: EVENTS, partition: 0 }, records(3))
  const seen: number[] = []
  const tail = tailOf({
    log,
    topic: EVENTS,
    from: await endsOf(log, EVENTS),
    onRecords: (_partition, found) => seen.push(...found.map(({ offset }) => offset)),
  })
  await tail.poll()
  expect(seen).toEqual([])
  await log.append({ topic: EVENTS, partition: 0 }, records(1_100))
  await tail.poll()
  await tail.poll()
  expect(seen).toEqual(Array.from({ length: 1_100 }, (_, i) => i + 3))
})

test('a log that came back from an older copy is read on from its end', async () => {
  const log = waitingLog()
  const seen: string[] = []
  const tail = tailOf({
    log,
    topic: EVENTS,
    from: Array(PARTITIONS).fill(900),
    onRecords: (_partition, found) => seen.push(...found.map(({ key }) => key)),
  })
  await log.append({ topic: EVENTS, partition: 1 }, records(2))
  await tail.poll()
  await log.append({ topic: EVENTS, partition: 1 }, [{ key: 'new', value: Buffer.from('') }])
  await tail.poll()
  expect(seen).toEqual(['new'])
})

test('the newest of every partition come in order', async () => {
  const log = waitingLog()
  await log.append({ topic: EVENTS, partition: 0 }, records(5))
  const newest = await newestOf(log, EVENTS, 2)
  expect(newest.map((found) => found.map(({ offset }) => offset))).toEqual([[3, 4], []])
})
