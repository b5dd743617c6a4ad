import { TRAFFIC } from '@ebb/contracts/topics'
import { minuteOf, trafficCodec } from '@ebb/contracts/traffic-record'
import type { Tallying } from '@ebb/streaming/processor-definition'

/** Copies by source: one record a source, partition and minute of its clock. */
export const COPIES: Tallying = {
  everyMs: 60_000,
  outputs: (bySource, { clock, partition }) =>
    Object.entries(bySource).map(([source, copies]) => {
      const minute = minuteOf(clock)
      const record = { source, minute, collector: `features/${partition}`, copies }
      const id = `copies:${partition}:${source}:${minute}`
      return { topic: TRAFFIC, key: source, id, value: trafficCodec.encode(record) }
    }),
}
