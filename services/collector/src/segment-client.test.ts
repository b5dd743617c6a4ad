import assert from 'node:assert/strict'
import { wallClock } from '@ebb/runtime/clock'
import { Analytics } from '@segment/analytics-node'
import { test } from 'vitest'
import { start } from './collector.ts'
import { eventsIn, memoryPorts, SHOP, WRITE_KEY } from './collector-fixture.ts'

const sendWith = async (writeKey: string) => {
  // The client says when it sent; a collector of another year would take its clock for wrong.
  const ports = { ...memoryPorts(), clock: wallClock }
  const { url, stop } = await start(ports, { ...SHOP, host: '127.0.0.1', port: 0 })
  const client = new Analytics({ host: url, writeKey, maxRetries: 0 })
  const faults: unknown[] = []
  client.on('error', (fault) => faults.push(fault))
  const timestamp = new Date(wallClock.now() - 60_000)
  const properties = { order_id: 'o-1', total: 19.99 }
  client.identify({ userId: 'ann', traits: { plan: 'gold' } })
  client.track({ userId: 'ann', event: 'Order Completed', messageId: 'm-1', timestamp, properties })
  client.page({ anonymousId: 'visitor', name: 'Home' })
  await client.closeAndFlush()
  await stop()
  return { faults, events: await eventsIn(ports.log) }
}

test('the client of Segment delivers without a change but its host', async () => {
  const { faults, events } = await sendWith(WRITE_KEY)
  assert.deepEqual(faults, [])
  assert.deepEqual(events.map(({ name }) => name).sort(), ['Order Completed', 'identify', 'page'])
  const order = events.find(({ name }) => name === 'Order Completed')
  assert.equal(order?.id, 'm-1')
  assert.deepEqual(order?.customer, { userId: 'ann' })
  assert.equal(order?.order?.amountMinor, 1_999)
  assert.match(JSON.stringify(order?.context['library']), /@segment\/analytics-node/)
})

test('with a wrong key the client of Segment hears of it', async () => {
  const { faults, events } = await sendWith('ebbw_other')
  assert.ok(faults.length > 0)
  assert.deepEqual(events, [])
})
