import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { messageCodec } from '@ebb/contracts/message-codec'
import { EVENTS } from '@ebb/contracts/topics'
import { DAY_MS } from '@ebb/customer/calendar'
import { defaultPolicyText } from '@ebb/retention/policy/default-policy'
import { type ProcessClock, scaledClock } from '@ebb/runtime/clock'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import { shopTimeline } from '@ebb/simulator/timeline'
import type { EventLog, LogRecord } from '@ebb/streaming/event-log'
import { partitionBackwards } from './partition-backwards.ts'
import { judgeRows } from './replay/judge-rows.ts'
import type { ReplayRow } from './replay/replay-row.ts'
import { sendRows } from './replay/send-rows.ts'

const events = messageCodec(CanonicalEvent)

/** Days of its past that the shop begins with: the first silence takes about a month. */
const HISTORY_DAYS = 120

/** A day of the demonstration in a second of the wall clock. */
const RATE = 86_400

/** A clock that stands still until it is let go, and then runs a day a second. */
export interface DemonstrationClock extends ProcessClock {
  /** Stands at `instant` from now on. */
  holdAt(instant: number): void
  /** Runs from where it stands. */
  run(): void
}

/** A clock that stands at `instant`. */
export const demonstrationClock = (instant: number): DemonstrationClock => {
  const standing = (at: number): ProcessClock => ({ now: () => at })
  let clock = standing(instant)
  return {
    now: () => clock.now(),
    holdAt: (at) => {
      clock = standing(at)
    },
    run: () => {
      clock = scaledClock({ startAt: clock.now(), rate: RATE })
    },
  }
}

/** The first midnight UTC from which the history of a demonstration reaches up to today. */
export const demonstrationBeginning = (today: number): number =>
  Math.floor(today / DAY_MS) * DAY_MS - HISTORY_DAYS * DAY_MS

const SHIPPED_HOLD_OUT = 'holdOut: 0.10'

/** The shipped policy, but with more customers held out: minutes must do what takes a shop months. */
export const demonstrationPolicy = (): string => {
  if (!defaultPolicyText.includes(SHIPPED_HOLD_OUT)) throw new TypeError('the policy has changed')
  return defaultPolicyText.replace(SHIPPED_HOLD_OUT, 'holdOut: 0.25')
}

/** Where the history of a shop ends and its life on the scaled clock begins. */
export const endOfHistory = ({ startAt }: ShopSpec): number => startAt + HISTORY_DAYS * DAY_MS

/** Where the clock of an installation stood last: the time of its latest record; 0 without any. */
export const lastInstant = async (log: Pick<EventLog, 'partitions' | 'read'>): Promise<number> => {
  let latest = 0
  for (let partition = 0; partition < (await log.partitions(EVENTS)); partition += 1) {
    const { end } = await log.read({ topic: EVENTS, partition }, 0, 0)
    const { records } = await log.read({ topic: EVENTS, partition }, Math.max(0, end - 1), 1)
    latest = Math.max(latest, records[0]?.appendedAt ?? 0)
  }
  return latest
}

/**
 * Of the clock: who was killed soon after each of some starts left nothing but copies at the end, behind
 * what is later.
 */
const COPIES_MS = 30 * DAY_MS
/** Of the shop's own life; answers to offers are posted apart from it. */
const OWN_ID = /^sim-\d+-\d+-\d+$/

/**
 * Timestamp of the latest event of the shop's own life that stands in the log, ms; 0 without any. But for
 * the copies that a start begins with it is posted in order of time: of what is earlier, only what went in
 * the same request may be missing.
 */
export const lastPosted = async (log: Pick<EventLog, 'partitions' | 'read'>): Promise<number> => {
  let latest = 0
  for (let partition = 0; partition < (await log.partitions(EVENTS)); partition += 1)
    latest = Math.max(latest, await lastPostedIn(log, partition))
  return latest
}

const lastPostedIn = async (log: Pick<EventLog, 'read'>, partition: number): Promise<number> => {
  let latest = 0
  let endedAt: number | undefined
  for await (const records of partitionBackwards(log, { topic: EVENTS, partition })) {
    const own = records.filter(({ headers }) => OWN_ID.test(headers['ce_id'] ?? ''))
    latest = Math.max(latest, ...own.map(writtenAt))
    endedAt ??= records.at(-1)?.appendedAt ?? 0
    if (latest > 0 && (records[0]?.appendedAt ?? 0) < endedAt - COPIES_MS) break
  }
  return latest
}

/** As the storefront wrote it: the collector adds how far its clock seemed to be behind. */
const writtenAt = ({ value }: LogRecord): number => {
  const { occurredAt, receivedAt, sentAt = receivedAt } = events.decode(value)
  return occurredAt - (receivedAt - sentAt)
}

/** What is clicked in a storefront makes visits. */
const STOREFRONT = 1

/** Sends the history of the shop, with its ticks; what an earlier run sent is left out. */
export const sendHistory = async (
  log: EventLog,
  shop: ShopSpec,
  interrupted: AbortSignal,
): Promise<void> => {
  const span = { from: shop.startAt, until: endOfHistory(shop) }
  const rows = [...shopTimeline(shop, span)].map(
    (event, i): ReplayRow => ({
      row: i + 1,
      raw: event.messageId,
      occurredAt: Date.parse(event.timestamp),
      item: { ...event },
    }),
  )
  await sendRows(log, {
    rows: judgeRows({ rows, refused: [], currency: shop.currency }, STOREFRONT),
    file: 'history of the demonstration',
    now: endOfHistory(shop),
    timeZone: 'UTC',
    order: { kind: 'time' },
    repeats: undefined,
    interrupted,
  })
}
