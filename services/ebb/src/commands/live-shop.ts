import { setTimeout } from 'node:timers/promises'
import type { CustomerView } from '@ebb/features/customer-view'
import type { NodeProcess } from '@ebb/testkit/node-process'

/** What `ebb up` and `ebb demo` print at their start. */
export interface StartedShop {
  readonly collector: string
  readonly features: string
  readonly writeKey: string
  /** Absent without PostgreSQL. */
  readonly retention?: string
  readonly dashboard?: string
}

/** Reads it, when all of it is printed. */
export const startedShop = async (ebb: NodeProcess): Promise<StartedShop> => {
  const writeKey = /^ +write key +(\S+)$/.exec(await ebb.line(/^ +write key +\S/))![1]!
  // All of them stand before the write key.
  const value = (name: string): string | undefined =>
    ebb
      .lines()
      .map((line) => new RegExp(`^ +${name} +(http\\S+)$`).exec(line)?.[1])
      .find((url) => url !== undefined)
  const [retention, dashboard] = [value('retention'), value('dashboard')]
  return {
    ...{ collector: value('collector')!, features: value('features')!, writeKey },
    ...(retention !== undefined && { retention }),
    ...(dashboard !== undefined && { dashboard }),
  }
}

/** An order as a storefront sends it. */
export const orderBy = (userId: string, orderId: string) => ({
  event: 'Order Completed',
  userId,
  messageId: `m-${orderId}`,
  properties: { order_id: orderId, total: '19.90' },
})

/** Posts to the native interface. Rejects where no answer comes. */
export const postEvents = (
  { collector, writeKey }: StartedShop,
  body: unknown,
): Promise<Response> =>
  fetch(`${collector}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Reads a customer by a secret key; `undefined` where nothing was heard. */
export const customerOf = async (
  { features }: StartedShop,
  secret: string,
  key: string,
): Promise<CustomerView | undefined> => {
  const headers = { authorization: `Bearer ${secret}` }
  const answer = await fetch(`${features}/v1/customers/${encodeURIComponent(key)}`, { headers })
  if (answer.status === 404) return undefined
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return (await answer.json()) as CustomerView
}

/** Looks until it sees something: what was acknowledged is handled a moment later. */
export const seen = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    await setTimeout(10)
  }
}
