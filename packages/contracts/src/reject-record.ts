import { createHash } from 'node:crypto'
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
  /** Service and place: `collector /v1/batch [3]`, `orders.csv row 17`, `features ebb.events.v1/2@91`. */
  where: Type.String(),
  receivedAt: Instant,
  /** The bytes as they came, base64; cut behind 32 KB. */
  payload: Type.String(),
  /** Length before the cut. */
  payloadBytes: Type.Integer({ minimum: 0 }),
})
export type RejectRecord = Static<typeof RejectRecord>

const PAYLOAD_LIMIT_BYTES = 32_768

/** What a refusal is made of. */
export interface Refused {
  readonly source: string
  readonly code: string
  readonly message: string
  readonly where: string
  readonly receivedAt: number
  readonly payload: Uint8Array
  /** Length before the sender or the reader cut it; that of `payload` unless given. */
  readonly payloadBytes?: number
}

/** The reject of refused bytes: the same bytes and reason have the same id. */
export const rejectRecord = ({ payload, payloadBytes, ...refused }: Refused): RejectRecord => ({
  id: createHash('sha256')
    .update(`${refused.code}\n${refused.source}\n`)
    .update(payload)
    .digest('hex')
    .slice(0, 32),
  ...refused,
  payload: Buffer.from(payload.subarray(0, PAYLOAD_LIMIT_BYTES)).toString('base64'),
  payloadBytes: payloadBytes ?? payload.length,
})
