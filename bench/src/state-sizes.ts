import { join } from 'node:path'
import { readCdnow } from '@ebb/cli/replay/cdnow-format'
import { readReplayFile } from '@ebb/cli/replay/replay-file'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { packFeaturesState } from '@ebb/features/features-state'
import { demoShop } from '@ebb/simulator/demo-shop'
import { shopTimeline } from '@ebb/simulator/timeline'
import { BEGIN, canonicalEvent, intakeContext } from './bench-shop.ts'
import { type CustomerStates, foldInto, keyedEvent } from './keyed-events.ts'
import { quantile } from './statistics.ts'

/** Bytes that the feature service keeps of one customer. */
export interface StateSizes {
  readonly name: string
  readonly customers: number
  readonly median: number
  readonly p95: number
  readonly max: number
}

const DAY_MS = 86_400_000
const DEMO_DAYS = 120
const TICKS = { tickEveryMs: 3_600_000 }

const CDNOW_FILE = join(import.meta.dirname, '../../examples/cdnow_sample.txt')

/** Of the demonstration's shop after 120 days, and of CDNOW's sample as a replay leaves it. */
export const stateSizes = async (): Promise<readonly StateSizes[]> => {
  const demo = statesAfter(demoEvents())
  const name = `demo shop after ${DEMO_DAYS} days`
  return [
    sizesOf(`${name}, customers`, demo, 'u:'),
    sizesOf(`${name}, anonymous visitors`, demo, 'a:'),
    sizesOf('CDNOW, orders alone', statesAfter(await cdnowEvents()), 'u:'),
  ]
}

const statesAfter = (events: Iterable<CanonicalEvent>): CustomerStates =>
  foldInto(
    new Map(),
    Iterator.from(events).map((event) => keyedEvent(event, TICKS)),
  )

function* demoEvents(): Generator<CanonicalEvent> {
  const startAt = BEGIN - DEMO_DAYS * DAY_MS
  const span = { from: startAt, until: BEGIN }
  for (const item of shopTimeline(demoShop(startAt), span))
    yield canonicalEvent(item, intakeContext(Date.parse(item.timestamp)))
}

/** Rows without a time of their own: they are received when they happened, as in a replay. */
const cdnowEvents = async (): Promise<readonly CanonicalEvent[]> => {
  const file = await readReplayFile(CDNOW_FILE)
  const { rows } = readCdnow(file, { digest: file.digest, timeZone: 'UTC', now: BEGIN })
  return rows.map(({ item, occurredAt }) => canonicalEvent(item, intakeContext(occurredAt)))
}

const sizesOf = (name: string, states: CustomerStates, prefix: 'u:' | 'a:'): StateSizes => {
  const sizes = states
    .entries()
    .filter(([key]) => key.startsWith(prefix))
    .map(([, customer]) => packFeaturesState({ customer, told: true }).length)
    .toArray()
    .sort((a, b) => a - b)
  return {
    name,
    customers: sizes.length,
    median: quantile(sizes, 0.5),
    p95: quantile(sizes, 0.95),
    max: quantile(sizes, 1),
  }
}
