import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import type { KeyGrant } from '@ebb/runtime/access-keys'
import type { NewRecord } from '@ebb/streaming/event-log'
import { canonicalise, type IntakeContext } from './canonical-form.ts'
import type { EventBatch } from './event-batch.ts'
import { instantOf } from './event-time.ts'
import { LARGEST_EVENT } from './limits.ts'
import { eventRecord, rejectedRecord } from './log-records.ts'
import { isJsonObject } from './native-event.ts'
import { type Outcome, type Refusal, refusalText } from './refusal.ts'
import { sourceRankOf } from './write-key.ts'

/** What became of one event. */
export type Verdict =
  | {
      readonly index: number
      readonly status: 'accepted'
      readonly id: string
      /** What was accepted otherwise than it was sent. */
      readonly warnings?: readonly Warning[]
    }
  | {
      readonly index: number
      readonly status: 'refused'
      readonly code: string
      readonly message: string
      /** JSON pointer into the event; empty for the event as a whole. */
      readonly path: string
      readonly fix: string
    }

/** What was changed about an accepted event, and how to mend it. */
export interface Warning {
  readonly flag: Flag
  readonly message: string
  readonly fix: string
}

type Flag = NonNullable<CanonicalEvent['flags']>[number]

const WARNINGS: Readonly<Record<Flag, Omit<Warning, 'flag'>>> = {
  'occurred-in-future': {
    message: 'The time lies more than an hour ahead; it was set to now',
    fix: 'Check the clock of the sender, and the unit (ms or seconds)',
  },
  'rate-unknown': {
    message: 'There is no rate for this currency; the order counts without its amount',
    fix: 'Add the rate to EBB_RATES, or send amounts in the currency of the shop',
  },
}

/** What a batch comes to: one verdict an event, and a record for each. */
export interface Intake {
  readonly verdicts: readonly Verdict[]
  readonly events: readonly NewRecord[]
  readonly rejects: readonly NewRecord[]
}

/** What is known of a batch beside itself. */
export interface BatchContext {
  readonly grant: KeyGrant
  /** Path of the request, for the reject records. */
  readonly route: string
  readonly receivedAt: number
  readonly baseCurrency: string
  readonly rates: Readonly<Record<string, number>>
  readonly globalPrivacyControl: boolean
  /** Of the request, where that is traced. */
  readonly traceparent?: string
}

/** Judges every event of a batch by itself: a bad one never harms the others. */
export const judgeBatch = (batch: EventBatch, context: BatchContext): Intake => {
  const verdicts: Verdict[] = []
  const events: NewRecord[] = []
  const rejects: NewRecord[] = []
  const shared = sharedContext(batch, context)
  for (const [index, item] of batch.items.entries()) {
    const outcome = batch.isTooLarge(index)
      ? TOO_LARGE
      : canonicalise(item, { ...shared, indexInBatch: index })
    verdicts.push(verdictOf(index, outcome))
    if ('ok' in outcome) events.push(eventRecord(outcome.ok, context.traceparent))
    else rejects.push(rejectOf(batch.textOf(index), outcome.refused, { ...context, index }))
  }
  return { verdicts, events, rejects }
}

const sharedContext = (
  { envelope, single }: EventBatch,
  { grant, receivedAt, baseCurrency, rates, globalPrivacyControl }: BatchContext,
): Omit<IntakeContext, 'indexInBatch'> => {
  const sentAt = single ? undefined : instantOf(envelope['sentAt'])
  const batchContext = single ? undefined : envelope['context']
  return {
    source: grant.source,
    sourceRank: sourceRankOf(grant),
    receivedAt,
    baseCurrency,
    rates,
    globalPrivacyControl,
    ...(sentAt !== undefined && { sentAt }),
    ...(isJsonObject(batchContext) && { batchContext }),
  }
}

const verdictOf = (index: number, outcome: Outcome<CanonicalEvent>): Verdict => {
  if ('ok' in outcome) {
    const { id, flags } = outcome.ok
    if (flags === undefined) return { index, status: 'accepted', id }
    const warnings = flags.map((flag) => ({ flag, ...WARNINGS[flag] }))
    return { index, status: 'accepted', id, warnings }
  }
  const { code, what, path, fix } = outcome.refused
  return { index, status: 'refused', code, message: what, path, fix }
}

const rejectOf = (
  text: string,
  refusal: Refusal,
  { grant, route, receivedAt, index }: BatchContext & { readonly index: number },
): NewRecord => {
  return rejectedRecord({
    source: grant.source,
    code: refusal.code,
    message: refusalText(refusal),
    where: `collector ${route} [${index}]`,
    receivedAt,
    payload: Buffer.from(text),
  })
}

const TOO_LARGE: { readonly refused: Refusal } = {
  refused: {
    code: 'EBB_EVENT_TOO_LARGE',
    what: `The event has more than ${LARGEST_EVENT} bytes`,
    path: '',
    fix: 'Leave out what nobody reads: page contents, images, whole catalogues',
  },
}
