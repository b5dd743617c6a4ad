import { setTimeout as wait } from 'node:timers/promises'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { mustHold } from './check.ts'

/** A redemption as it was answered. */
export interface Redemption {
  readonly redemptionId: string
  readonly code: string
  readonly orderId: string
  readonly discountMinor: number
}

/** Where coupons are redeemed, and where the next of them come from. */
export interface DeskSettings {
  /** Of retention. */
  readonly url: string
  readonly key: string
  /** Triggers since the last look. */
  readonly look: () => Promise<readonly WinbackRecord[]>
}

/** The back end of a shop, which redeems coupons as they are sent. */
export interface CouponDesk {
  /** What was answered with 201, by code. */
  redeemed(): ReadonlyMap<string, Redemption>
  /** Requests without an answer yet. */
  underWay(): number
  /** Answers of 201 so far. */
  answered(): number
  /** Requests that were sent again with the same key, unanswered before or not. */
  repeated(): number
  /** Rejects where a request was answered as none may be. */
  readonly broken: Promise<never>
  /** Resolves when every request is over; a last one without an answer is given up. */
  close(): Promise<void>
}

const LANES = 4
const PAUSE_MS = 25
const TRY_AGAIN_MS = 200
const ANSWER_WITHIN_MS = 15_000
const ORDER_MINOR = 4_000

/**
 * Redeems coupon after coupon in several lanes, each by two requests at once with one
 * Idempotency-Key, and repeats them until both are answered. Where there is no new coupon, an old
 * redemption is asked for again. Every answer for a coupon has to be the same.
 */
export const couponDesk = ({ url, key, look }: DeskSettings): CouponDesk => {
  const fresh: WinbackRecord[] = []
  const known = new Map<string, WinbackRecord>()
  const redeemed = new Map<string, Redemption>()
  const counts = { underWay: 0, answered: 0, repeated: 0 }
  let isClosing = false

  const send = async (trigger: WinbackRecord): Promise<Response | undefined> => {
    const { code } = trigger.treatment.coupon!
    const { customerId } = trigger
    const headers = {
      ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      'idempotency-key': orderIdOf(trigger),
    }
    const order = { customerId, orderId: orderIdOf(trigger), totalMinor: ORDER_MINOR }
    const body = JSON.stringify({ ...order, currency: 'USD' })
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
    counts.underWay += 1
    try {
      const path = `${url}/v1/coupons/${code}/redemptions`
      const response = await fetch(path, { method: 'POST', headers, body, signal })
      return new Response(await response.text(), { status: response.status })
    } catch {
      return undefined
    } finally {
      counts.underWay -= 1
    }
  }
  const redeem = async (trigger: WinbackRecord): Promise<void> => {
    for (;;) {
      const response = await send(trigger)
      if (response?.status === 201) return keep((await response.json()) as Redemption)
      const isFinal = response !== undefined && response.status < 500
      mustHold(!isFinal, `a coupon is refused: ${response?.status} ${await response?.text()}`)
      if (isClosing) return
      counts.repeated += 1
      await wait(TRY_AGAIN_MS)
    }
  }
  const keep = (answer: Redemption): void => {
    counts.answered += 1
    const before = redeemed.get(answer.code) ?? answer
    const isSame =
      before.redemptionId === answer.redemptionId && before.discountMinor === answer.discountMinor
    mustHold(isSame, `${answer.code} was redeemed twice: ${JSON.stringify([before, answer])}`)
    redeemed.set(answer.code, before)
  }
  const lane = async (index: number): Promise<void> => {
    for (let turn = index; !isClosing; turn += LANES) {
      const old = [...known.values()]
      const trigger = fresh.shift() ?? old[turn % Math.max(1, old.length)]
      if (trigger !== undefined) {
        counts.repeated += 1
        await Promise.all([redeem(trigger), redeem(trigger)])
      }
      await wait(PAUSE_MS)
    }
  }
  const listen = async (): Promise<void> => {
    while (!isClosing) {
      for (const trigger of await look()) {
        const { code } = trigger.treatment.coupon!
        if (!known.has(code)) fresh.push(trigger)
        known.set(code, trigger)
      }
      await wait(TRY_AGAIN_MS)
    }
  }
  const working = [listen(), ...Array.from({ length: LANES }, (_, index) => lane(index))]
  const broken = new Promise<never>((_, reject) => {
    for (const each of working) each.catch(reject)
  })
  // Heard of by who waits for it, and by whoever closes.
  broken.catch(() => {})
  return {
    redeemed: () => redeemed,
    underWay: () => counts.underWay,
    answered: () => counts.answered,
    repeated: () => counts.repeated,
    broken,
    close: async () => {
      isClosing = true
      await Promise.all(working)
    },
  }
}

const orderIdOf = ({ decisionId }: WinbackRecord): string => `order of ${decisionId}`
