import { setTimeout as wait } from 'node:timers/promises'
import type { Ledger, StorefrontEvent } from './ledger.ts'

/** Where a storefront posts, and what keeps account of it. */
export interface StorefrontSettings {
  /** Of the collector. */
  readonly url: string
  readonly writeKey: string
  readonly ledger: Ledger
}

/** A load that keeps its pace while the collector answers, and catches up when it did not. */
export interface Load {
  readonly eventsPerSecond: number
  /** Of one request. */
  readonly batch: number
  /** Each lane posts one request after the other, in order. */
  readonly lanes: number
  /** How long it lasts at least. */
  readonly seconds: number
  next(count: number, lane: number): readonly StorefrontEvent[]
}

/** Sends events as a storefront's client does: again and again until they are acknowledged. */
export interface Storefront {
  /** Resolves when every event is acknowledged. Throws where one is refused for good. */
  post(events: readonly StorefrontEvent[]): Promise<void>
  /** Does `work` under a load. Resolves when both are over and all events acknowledged. */
  under<T>(load: Load, work: () => Promise<T>): Promise<T>
  /** Requests so far, repeated ones too. */
  posted(): number
  /** Requests without an answer yet. */
  underWay(): number
  /** How often each status was answered; `connection` where there was no answer. */
  answers(): ReadonlyMap<string, number>
  /** Answers of 503 that did not say when to try again. */
  withoutRetryAfter(): number
}

const ANSWER_WITHIN_MS = 15_000
const TRY_AGAIN_MS = 200

/** A storefront that knows its collector by one address. */
export const storefront = ({ url, writeKey, ledger }: StorefrontSettings): Storefront => {
  const answers = new Map<string, number>()
  let posted = 0
  let underWay = 0
  let withoutRetryAfter = 0
  let isGivenUp = false
  const headers = { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' }

  const send = async (events: readonly StorefrontEvent[]): Promise<Response | undefined> => {
    posted += 1
    underWay += 1
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
      const body = JSON.stringify(events)
      const response = await fetch(`${url}/v1/events`, { method: 'POST', headers, body, signal })
      if (response.ok) requireAccepted(await response.json())
      else await response.arrayBuffer()
      return response
    } catch (error) {
      if (error instanceof RefusedError) throw error
      return undefined
    } finally {
      underWay -= 1
    }
  }
  const post = async (events: readonly StorefrontEvent[]): Promise<void> => {
    while (!isGivenUp) {
      ledger.sent(events)
      const response = await send(events)
      const status = response === undefined ? 'connection' : String(response.status)
      answers.set(status, (answers.get(status) ?? 0) + 1)
      if (response?.ok) return ledger.acknowledged(events)
      if (response?.status === 503 && !response.headers.has('retry-after')) withoutRetryAfter += 1
      if (response !== undefined && response.status < 500) throw new RefusedError(status)
      await wait(pauseAfter(response))
    }
  }
  const under = async <T>(load: Load, work: () => Promise<T>): Promise<T> => {
    const overAt = performance.now() + load.seconds * 1_000
    let isDone = false
    const isOver = (): boolean => isGivenUp || (isDone && performance.now() > overAt)
    const working = work().finally(() => {
      isDone = true
    })
    const lanes = Array.from({ length: load.lanes }, (_, lane) =>
      runLane(load, lane, { post, isOver }),
    )
    try {
      await Promise.all([working, ...lanes])
      return await working
    } catch (error) {
      isGivenUp = true
      await Promise.allSettled(lanes)
      throw error
    }
  }
  return {
    post,
    under,
    posted: () => posted,
    underWay: () => underWay,
    answers: () => answers,
    withoutRetryAfter: () => withoutRetryAfter,
  }
}

/** As long as the collector asks for. */
const pauseAfter = (response: Response | undefined): number => {
  const seconds = Number(response?.headers.get('retry-after'))
  return seconds > 0 ? seconds * 1_000 : TRY_AGAIN_MS
}

interface Lane {
  readonly post: Storefront['post']
  /** Asked before each request. */
  isOver(): boolean
}

const runLane = async (load: Load, lane: number, { post, isOver }: Lane): Promise<void> => {
  const { eventsPerSecond, batch, lanes } = load
  const everyMs = (1_000 * batch * lanes) / eventsPerSecond
  let due = performance.now() + (everyMs * lane) / lanes
  while (!isOver()) {
    const early = due - performance.now()
    if (early > 0) await wait(early)
    due += everyMs
    await post(load.next(batch, lane))
  }
}

/** Sent again, it would be refused again: a fault of the test. */
class RefusedError extends Error {
  constructor(why: string) {
    super(`the collector refused what it should take: ${why}`)
  }
}

const requireAccepted = (answer: unknown): void => {
  const { results } = answer as { results: readonly { status: string }[] }
  if (results.some(({ status }) => status !== 'accepted'))
    throw new RefusedError(JSON.stringify(answer))
}
