import { expect, test } from 'vitest'
import { memoryEventLog } from './memory-event-log.ts'
import { memoryPartitionStore } from './memory-partition-store.ts'
import { dies, dyingStore, event, published, runToEnd, send, tick } from './processor-harness.ts'
import { COUNTER_TOPICS } from './silence-counter.ts'

const topics = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: 2 }))
const newPorts = () => ({
  log: memoryEventLog({ topics, now: () => 1_000 }),
  store: memoryPartitionStore(),
})
const COPIES = ['ann', 'bob', 'ann'].map((key) => event(key, `of ${key}`))

const tallied = async ({ log }: ReturnType<typeof newPorts>) =>
  (await published(log))
    .filter(({ key }) => key === '~copies')
    .map(({ headers, value }) => [headers['ce_id'], JSON.parse(Buffer.from(value).toString())])

test('what is tallied is told once for a span of the clock, and survives batches and processes', async () => {
  const ports = newPorts()
  await send(ports.log, 0, ...COPIES)
  await runToEnd(ports)
  await send(ports.log, 0, ...COPIES, tick(40))
  await runToEnd(ports)
  await send(ports.log, 0, tick(99))
  await runToEnd(ports)
  expect(await tallied(ports)).toEqual([])
  await send(ports.log, 0, tick(130), tick(210), ...COPIES, tick(299), tick(300))
  await runToEnd(ports)
  expect(await tallied(ports)).toEqual([
    ['copies:0:99', { copies: { ann: 3, bob: 1 } }],
    ['copies:0:299', { copies: { ann: 2, bob: 1 } }],
  ])
})

test('what is tallied may have the name of what every object has', async () => {
  const ports = newPorts()
  const copies = ['ann', 'ann', 'constructor', 'constructor', 'constructor']
  await send(ports.log, 0, ...copies.map((key) => event(key, `of ${key}`)), tick(130))
  await runToEnd(ports)
  expect(await tallied(ports)).toEqual([['copies:0:0', { copies: { ann: 1, constructor: 2 } }]])
})

test('a crash behind the telling tells the same again, under the same id', async () => {
  const ports = newPorts()
  await send(ports.log, 0, ...COPIES, tick(130))
  await dies(runToEnd({ ...ports, store: dyingStore(ports.store, 'before') }))
  await runToEnd(ports)
  const [first, second, ...more] = await tallied(ports)
  expect(first).toEqual(['copies:0:0', { copies: { ann: 1 } }])
  expect(second).toEqual(first)
  expect(more).toEqual([])
})
