import { type CanonicalEvent, customerKey } from '@ebb/contracts/canonical-event'
import { rejectRecord } from '@ebb/contracts/reject-record'
import type { NewRecord } from '@ebb/streaming/event-log'
import { NOON } from '../insights-fixture.ts'

/** A page view of the storefront, at noon, of somebody who is signed in; nothing is wrong with it. */
export const viewed = (id: string, over: Partial<CanonicalEvent> = {}): CanonicalEvent => ({
  ...{ id, type: 'track', name: 'Page Viewed', customer: { userId: 'ann' } },
  ...{ source: 'web', sourceRank: 1, occurredAt: NOON, receivedAt: NOON },
  ...{ consent: { analytics: true }, properties: { path: '/' }, context: {} },
  ...over,
})

/** An order of 19.90 from two items; nothing is wrong with it. */
export const ordered = (id: string, over: Partial<CanonicalEvent> = {}): CanonicalEvent =>
  viewed(`event of ${id}`, {
    name: 'Order Completed',
    order: { id, amountMinor: 1_990, currency: 'EUR', baseMinor: 1_990 },
    properties: {
      ...{ order_id: id, total: '19.90', currency: 'EUR' },
      products: [{ product_id: 'p1', price: 9.95, quantity: 2 }],
    },
    ...over,
  })

/** The record of an event. */
export const eventRecord = (event: CanonicalEvent): NewRecord => ({
  key: customerKey(event.customer),
  value: Buffer.from(JSON.stringify(event)),
  headers: { ce_source: event.source, ce_id: event.id },
})

/** The record of something refused at noon. */
export const refusal = (source: string, code: string): NewRecord => {
  const payload = Buffer.from('{}')
  const refused = { source, code, message: 'm', where: 'collector', receivedAt: NOON, payload }
  return { key: source, value: Buffer.from(JSON.stringify(rejectRecord(refused))) }
}
