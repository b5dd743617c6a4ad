import Type, { type Static } from 'typebox'
import { Instant } from './canonical-event.ts'

/** `ebb.rejects.v1`: one refused record. Key: the source. */
export const RejectRecord = Type.Object({
  /** Hash of the bytes and the reason. */
  id: Type.String(),
  source: Type.String(),
  /** Code of docs/errors.md. */
  code: Type.String(),
  /** What is wrong, where, and how to mend it. */
  message: Type.String(),
  /** Service and place: `collector /v1/batch [3]`, `orders.csv line 17`, `features ebb.events.v1/2@91`. */
  where: Type.String(),
  receivedAt: Instant,
  /** The bytes as they came, base64; cut behind 32 KB. */
  payload: Type.String(),
  /** Length before the cut. */
  payloadBytes: Type.Integer({ minimum: 0 }),
})
export type RejectRecord = Static<typeof RejectRecord>
