import type { ShopSpec } from './shop-spec.ts'
import type { Shopper } from './shopper.ts'

/** What happened, without when and to whom. */
export type Step = {
  type: 'track' | 'page' | 'identify'
  /** Event name, page name; empty for `identify`. */
  name: string
  properties: Record<string, unknown>
}

/** A step with its instant, ms since 1970. */
export type Moment = Step & { at: number }

/** One item of a Segment batch, as `POST /v1/batch` takes it. */
export type ShopEvent = {
  /** Made of the shop's seed, the shopper and a running number: the same in every run. */
  messageId: string
  type: Step['type']
  /** Canonical name, on `track` only. */
  event?: string
  /** Page name, on `page` only. */
  name?: string
  /** From the first checkout on; with `anonymousId` on `identify` alone. */
  userId?: string
  anonymousId?: string
  /** ISO 8601 in UTC. */
  timestamp: string
  /** On `track` and `page`. */
  properties?: Record<string, unknown>
  /** On `identify`. */
  traits?: Record<string, unknown>
  context: { consent: { categoryPreferences: { analytics: boolean; marketing: boolean } } }
}

/** A track step. */
export const track = (name: string, properties: Record<string, unknown>): Step => ({
  type: 'track',
  name,
  properties,
})

/** A page view. */
export const page = (name: string, path: string): Step => ({
  type: 'page',
  name,
  properties: { path },
})

/** What an event says beside what happened. */
type EventFrame = {
  messageId: string
  identity: Pick<ShopEvent, 'userId' | 'anonymousId'>
  marketingConsent: boolean
}

/** One moment as an item of a batch. */
export const shopEvent = (
  { at, type, name, properties }: Moment,
  { messageId, identity, marketingConsent }: EventFrame,
): ShopEvent => ({
  messageId,
  type,
  ...(type === 'track' ? { event: name } : {}),
  ...(type === 'page' ? { name } : {}),
  ...identity,
  timestamp: new Date(at).toISOString(),
  ...(type === 'identify' ? { traits: properties } : { properties }),
  context: {
    consent: { categoryPreferences: { analytics: true, marketing: marketingConsent } },
  },
})

/**
 * The one that turns a shopper's moments into events. It must be given all of them in order of
 * time: it numbers them, and uses the anonymous id until an `identify` has passed.
 */
export const eventWriter = (shop: ShopSpec, shopper: Shopper): ((moment: Moment) => ShopEvent) => {
  let number = 0
  let identified = false
  const { userId, anonymousId, marketingConsent } = shopper
  return (moment) => {
    const known = identified ? { userId } : { anonymousId }
    const identity = moment.type === 'identify' ? { userId, anonymousId } : known
    if (moment.type === 'identify') identified = true
    const messageId = `sim-${shop.seed}-${shopper.index}-${number++}`
    return shopEvent(moment, { messageId, identity, marketingConsent })
  }
}
