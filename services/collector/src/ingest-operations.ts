import { EventFlag } from '@ebb/contracts/canonical-event'
import type { HttpReference, Operation } from '@ebb/contracts/openapi'
import Type from 'typebox'
import { MOST_EVENTS } from './limits.ts'
import { NativeEvent } from './native-event.ts'

const Accepted = Type.Object({
  index: Type.Integer(),
  status: Type.Literal('accepted'),
  id: Type.String(),
  /** What was accepted otherwise than it was sent. */
  warnings: Type.Optional(
    Type.Array(Type.Object({ flag: EventFlag, message: Type.String(), fix: Type.String() })),
  ),
})

const Refused = Type.Object({
  index: Type.Integer(),
  status: Type.Literal('refused'),
  /** One of docs/errors.md. */
  code: Type.String(),
  message: Type.String(),
  /** JSON pointer into the event; empty for the event as a whole. */
  path: Type.String(),
  fix: Type.String(),
})

const Verdicts = Type.Object({
  accepted: Type.Integer(),
  refused: Type.Integer(),
  results: Type.Array(Type.Union([Accepted, Refused])),
})

const RefusedEvent = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    where: Type.Optional(Type.String()),
    fix: Type.Optional(Type.String()),
  }),
  accepted: Type.Optional(Type.Integer()),
  refused: Type.Optional(Type.Integer()),
  results: Type.Optional(Verdicts.properties.results),
})

const EventList = Type.Array(NativeEvent, { maxItems: MOST_EVENTS })

const EventBatch = Type.Object({
  batch: EventList,
  sentAt: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Null()])),
  /** Goes into each event that says nothing else. */
  context: Type.Optional(Type.Object({}, { additionalProperties: true })),
  writeKey: Type.Optional(Type.String()),
})

const ORDER = {
  event: 'Order Completed',
  userId: '42',
  messageId: 'order-1001',
  timestamp: '2024-05-01T10:00:00Z',
  properties: { order_id: '1001', total: '19.90', currency: 'USD' },
}
const VIEW = { event: 'Product Viewed', userId: '42', properties: { product_id: 'p1' } }

const shared = {
  access: { by: 'writeKey' },
  refusals: { 413: 'too large, or too many events', 503: 'send the same request again' },
} satisfies Partial<Operation>

/** What the collector answers over HTTP. */
export const COLLECTOR_REFERENCE: HttpReference = {
  title: 'Collector',
  server: 'http://127.0.0.1:8080',
  schemas: { Event: NativeEvent, Verdicts, RefusedEvent },
  operations: {
    'POST /v1/events': {
      what: 'Takes events, with a verdict for each; CORS is open to every origin',
      ...shared,
      body: {
        schema: Type.Union([NativeEvent, EventList, EventBatch]),
        examples: {
          order: ORDER,
          list: [VIEW, ORDER],
          batch: { batch: [VIEW], sentAt: '2024-05-01T10:00:01Z', context: { locale: 'en-GB' } },
        },
      },
      answers: {
        200: { what: 'a verdict for each event of a list, or the one accepted', schema: Verdicts },
        400: { what: 'the body, or the only event in it, cannot be used', schema: RefusedEvent },
        413: { what: 'too large, or too many events', schema: RefusedEvent },
      },
      refusals: { 503: shared.refusals[503] },
    },
    'POST /v1/batch': {
      what: 'Takes a batch as libraries of Segment send it; refused events stand in the rejects',
      ...shared,
      body: {
        schema: EventBatch,
        examples: {
          batch: { batch: [{ type: 'track', ...ORDER }], sentAt: '2024-05-01T10:00:01Z' },
        },
      },
      answers: {
        200: { what: 'taken', schema: Type.Object({ success: Type.Literal(true) }) },
      },
      refusals: { 400: 'the body has no list "batch"', ...shared.refusals },
    },
    'GET /asyncapi.json': {
      what: 'The topics, as AsyncAPI 3.0',
      answers: {
        200: { what: 'the document', schema: Type.Object({}, { additionalProperties: true }) },
      },
    },
  },
}
