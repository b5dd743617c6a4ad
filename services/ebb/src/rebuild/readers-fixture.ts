import { setTimeout } from 'node:timers/promises'
import { DAY_MS } from '@ebb/customer/calendar'
import type { CustomerView } from '@ebb/features/customer-view'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { expect } from 'vitest'
import { orderBy, postEvents, type StartedShop } from '../commands/live-shop.ts'

/** Who orders. */
export const CUSTOMERS = Array.from({ length: 40 }, (_, i) => `c${i}`)

/** Orders of each of them before the test begins. */
export const HISTORY = 100

/** Sends orders of all customers, the last of them long ago: who never comes back is silent. */
export const sendHistory = async (shop: StartedShop): Promise<void> => {
  for (let round = 0; round < HISTORY; round += 1) {
    const timestamp = new Date(Date.now() - (100 + HISTORY - round) * DAY_MS).toISOString()
    const orders = CUSTOMERS.map((who) => ({ ...orderBy(who, `${round}-${who}`), timestamp }))
    expect((await postEvents(shop, orders)).status).toBe(200)
  }
}

/** A process of `ebb up`, and what opens its doors. */
export interface Started {
  readonly running: NodeProcess
  readonly shop: StartedShop
  readonly secret: string
  readonly token: string
}

const batchOf = ({ shop, secret }: Started): Promise<Response> =>
  fetch(`${shop.features}/v1/customers/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ keys: CUSTOMERS.map((who) => `u:${who}`) }),
  })

/** The orders of who has least of them. */
export const ordersOf = async (of: Started): Promise<number> => {
  const { customers } = (await (await batchOf(of)).json()) as { customers: CustomerView[] }
  if (customers.length < CUSTOMERS.length) return 0
  return Math.min(...customers.map(({ windows }) => windows.lifetime.orders))
}

const dashboard = async ({ shop, token }: Started, path: string): Promise<Response> => {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${shop.dashboard}${path}`, { headers })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
  return answer
}

/** How many customers the dashboard lists. */
export const listed = async (of: Started): Promise<number> => {
  const answer = await dashboard(of, '/api/customers')
  return ((await answer.json()) as { customers: unknown[] }).customers.length
}

/** Does work again and again; what comes back ends that. */
const again = (work: () => Promise<void>): (() => Promise<void>) => {
  let isOver = false
  const running = (async () => {
    while (!isOver) await work()
  })()
  return () => {
    isOver = true
    return running
  }
}

/** Asks for customers, one request after the other; what is not there, or too old, is a failure. */
export const askOn = (of: Started) => {
  const failures: string[] = []
  let answers = 0
  const ask = async (): Promise<void> => {
    const orders = await ordersOf(of)
    if (orders < HISTORY) failures.push(`a customer has ${orders} orders`)
    const rows = await listed(of)
    if (rows < CUSTOMERS.length) failures.push(`the dashboard lists ${rows}`)
    await dashboard(of, `/api/customers/u%3A${CUSTOMERS[answers % CUSTOMERS.length]}`)
    answers += 3
  }
  const stop = again(() => ask().catch((error: Error) => void failures.push(error.message)))
  return {
    end: async () => {
      await stop()
      return { failures, answers }
    },
  }
}

/** Sends an order of each customer, again and again; tells at the end how many each has sent. */
export const sendOn = (shop: StartedShop) => {
  let rounds = 0
  const stop = again(async () => {
    const orders = CUSTOMERS.map((who) => orderBy(who, `later ${rounds} ${who}`))
    expect((await postEvents(shop, orders)).status).toBe(200)
    rounds += 1
    // A shop at work, and not one that takes all of this machine.
    await setTimeout(100)
  })
  return {
    end: async () => {
      await stop()
      return rounds
    },
  }
}
