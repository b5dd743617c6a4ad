import { openBareServer } from './bare-server.ts'
import { requestBodies } from './bench-collector.ts'
import { BEGIN } from './bench-shop.ts'
import type { Contestant, Scale } from './benchmark.ts'

/** How events come to a collector. */
export interface IntakeShape {
  readonly name: string
  /** Events of one request. */
  readonly size: number
  /** Of the events of a round: one event alone costs as much as several in a batch. */
  readonly share: number
}

export const BATCHES: IntakeShape = { name: 'batches of 50', size: 50, share: 1 }
export const SINGLES: IntakeShape = { name: 'single events', size: 1, share: 0.25 }

/** Of all that is sent to collectors. */
export const SENDERS = { name: 'visitor', customers: 2_000, popularity: 'uniform' } as const

/** The same bodies in every round: nothing that a collector keeps makes an event a copy. */
export const bodiesOf = ({ size, share }: IntakeShape, { events }: Scale): readonly string[] =>
  requestBodies({ ...SENDERS, events: events * share, size, sentAt: BEGIN })

/** The limit of every collector. */
export const BARE: Contestant = {
  name: 'bare Fastify, parses and discards',
  open: openBareServer,
}
