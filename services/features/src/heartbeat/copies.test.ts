import { EVENTS, TRAFFIC } from '@ebb/contracts/topics'
import type { TrafficRecord } from '@ebb/contracts/traffic-record'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { expect, test } from 'vitest'
import { featuresDefinition } from '../features-definition.ts'
import {
  canonical,
  decoded,
  memoryPorts,
  NOON,
  recordOf,
  recordsIn,
  SHOP,
  tickAfter,
} from '../features-fixture.ts'

test('copies are told once a minute of the clock, by the source that sent them again', async () => {
  const ports = memoryPorts()
  const view = recordOf(canonical('view'))
  const fromTill = recordOf(canonical('view', { source: 'till' }))
  await ports.log.append({ topic: EVENTS, partition: 2 }, [
    ...[tickAfter(0), view, view, view, fromTill, tickAfter(59_000), view, tickAfter(61_000)],
    ...[tickAfter(121_000), view, tickAfter(600_000)],
  ])
  await runProcessorToEnd(featuresDefinition(SHOP), ports)
  const told = await recordsIn(ports.log, TRAFFIC, 0)
  const of = (source: string, minute: number, copies: number) => ({
    ...{ source, minute: NOON + minute * 60_000, collector: 'features/2', copies },
  })
  expect(told.map((record) => decoded<TrafficRecord>(record))).toEqual([
    of('storefront', 0, 3),
    of('till', 0, 1),
    of('storefront', 2, 1),
  ])
  expect(told.map(({ key }) => key)).toEqual(['storefront', 'till', 'storefront'])
  expect(told[0]!.headers['ce_id']).toBe(`copies:2:storefront:${NOON}`)
})
