import type { ProcessClock } from '@ebb/runtime/clock'
import { answerEvents, answerTotalMinor } from '@ebb/simulator/answer-events'
import { answerTo, type OfferAnswer } from '@ebb/simulator/answer-offer'
import { createHeap, type Heap } from '@ebb/simulator/event-heap'
import { postBatch } from '@ebb/simulator/post-events'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import { AbortedError, type RetryOptions, retryTransient, waitFor } from '@ebb/streaming/retry'
import type { LogReader } from '../commands/waiting-log.ts'
import type { AnsweredOffers } from './answered-offers.ts'
import { followOffers } from './follow-offers.ts'
import { redeemCoupon, type Till } from './redeem-coupon.ts'

/** Whose shoppers answer, and the shop's ways to hear of it. */
export interface AnsweringSettings {
  readonly shop: ShopSpec
  readonly log: LogReader
  readonly clock: ProcessClock
  readonly till: Till
  /** Where the storefront posts its events. */
  readonly collector: { readonly url: string; readonly writeKey: string }
  readonly answered: AnsweredOffers
  readonly signal: AbortSignal
  /** Something is away or wrong; the shop goes on. */
  readonly onFault: (error: Error) => void
}

/**
 * Lets the shoppers of a simulated shop answer what it offers to them on `ebb.winbacks.v1`, each
 * answer when the clock has reached it, in order of time. Does what a shop's back end does: redeems
 * the coupon, then posts the events of the order with what is left to pay. What an earlier process
 * did not get to is taken up again; what is done twice by that is known by its ids. Resolves soon
 * after the signal aborts; never rejects.
 */
export const answerOffers = async (settings: AnsweringSettings): Promise<void> => {
  const answers = createHeap<OfferAnswer>(isEarlier)
  try {
    await Promise.all([hear(settings, answers), give(settings, answers)])
  } catch (error) {
    if (!settings.signal.aborted) settings.onFault(error as Error)
  }
}

const isEarlier = (left: OfferAnswer, right: OfferAnswer): boolean =>
  left.at < right.at || (left.at === right.at && left.offer.decisionId < right.offer.decisionId)

const hear = async (
  { shop, log, answered, signal, onFault }: AnsweringSettings,
  answers: Heap<OfferAnswer>,
): Promise<void> => {
  for await (const offer of followOffers(log, { signal, onRetry: onceIn(onFault) })) {
    if (answered.has(offer.decisionId)) continue
    const answer = answerTo(shop, offer)
    if (answer !== undefined) answers.push(answer)
  }
}

const LOOK_EVERY_MS = 100

const give = async (settings: AnsweringSettings, answers: Heap<OfferAnswer>): Promise<void> => {
  const { clock, signal, answered } = settings
  while (!signal.aborted) {
    const next = answers.peek()
    if (next === undefined || next.at > clock.now()) await waitFor(LOOK_EVERY_MS, signal)
    else if (await isPosted(settings, answers.pop()!)) answered.add(next.offer.decisionId)
  }
}

/** False where the signal aborted before it was. */
const isPosted = async (settings: AnsweringSettings, answer: OfferAnswer): Promise<boolean> => {
  const { shop, clock, collector, signal } = settings
  try {
    const discountMinor = await discountOf(settings, answer)
    const events = answerEvents(shop, answer, discountMinor)
    return events.length === 0 || (await postBatch({ ...collector, clock, signal }, events))
  } catch (error) {
    if (error instanceof AbortedError) return false
    throw error
  }
}

const discountOf = async (
  { shop, till, signal, onFault }: AnsweringSettings,
  answer: OfferAnswer,
): Promise<number | undefined> => {
  const { offer, orderId } = answer
  const { code, userId } = offer
  if (code === undefined) return undefined
  const order = { orderId, totalMinor: answerTotalMinor(shop, answer), currency: shop.currency }
  const payment = { code, userId, ...order }
  const call = () => redeemCoupon(till, payment, signal)
  try {
    return await retryTransient(call, { signal, wait: waitFor, onRetry: onceIn(onFault) })
  } catch (error) {
    if (error instanceof AbortedError) throw error
    // They came for the order: it is paid in full.
    onFault(error as Error)
    return undefined
  }
}

/** A fault that lasts is told when it begins. */
const onceIn =
  (onFault: AnsweringSettings['onFault']): RetryOptions['onRetry'] =>
  (error, attempt) => {
    if (attempt === 1) onFault(error)
  }
