import { EVENTS } from '@ebb/contracts/topics'
import { dayOf } from '@ebb/customer/calendar'
import type { CustomerState } from '@ebb/customer/customer-state'
import { isValid, orderStanding } from '@ebb/customer/order-fact'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import type { CustomerOrders } from '@ebb/risk/grading/customer-orders'
import type { ReadEngines } from '@ebb/streaming/engines'
import type { Shop } from '../commands/data-folder.ts'
import { standingsOf } from '../commands/standing.ts'
import { foldRows } from '../replay/folded-rows.ts'
import { judgeRows } from '../replay/judge-rows.ts'
import { type FormatSettings, readRows } from '../replay/read-rows.ts'
import { readReplayFile } from '../replay/replay-file.ts'
import { featuresStates } from '../scanned-states.ts'

/** What a shop sold, as far as Ebb counts it. */
export interface ShopOrders extends Shop {
  /** Only those with a valid order. */
  readonly customers: readonly CustomerOrders[]
  /** Where the data ends, ms since the epoch; 0 where there is none. */
  readonly until: number
  /** Rows of a file that cannot be used. */
  readonly refused: number
}

/** The orders of a file, by the rules and the fold of a replay. Throws as a replay does. */
export const ordersOfFile = async (path: string, settings: FormatSettings): Promise<ShopOrders> => {
  const rows = judgeRows(readRows(await readReplayFile(path), settings))
  const { timeZone } = settings
  const plan = { order: { kind: 'time' }, repeats: undefined, timeZone } as const
  const { states, clock: until } = foldRows(rows.accepted, rows.events, plan)
  const customers = customersOf(states.values(), timeZone)
  return { customers, until, refused: rows.refused.length, timeZone, currency: rows.currency }
}

/** The orders of an installation, up to the clock of its slowest partition. */
export const ordersOfLog = async (engines: ReadEngines, shop: Shop): Promise<ShopOrders> => {
  const standings = await standingsOf(engines, { name: FEATURES_PROCESSOR, input: EVENTS })
  const store = engines.store(FEATURES_PROCESSOR)
  if (standings === undefined || store === undefined)
    return { ...shop, customers: [], until: 0, refused: 0 }
  const states = await featuresStates(store, standings.length)
  const until = Math.min(...standings.map(({ clock }) => clock))
  const all = customersOf(
    states.map(([, state]) => state),
    shop.timeZone,
  )
  // A faster partition knows orders that others could not have had yet.
  const customers = all.map((orders) => orders.filter(({ at }) => at < until))
  return { ...shop, customers: customers.filter(({ length }) => length > 0), until, refused: 0 }
}

const customersOf = (states: Iterable<CustomerState>, timeZone: string): CustomerOrders[] =>
  [...states]
    .map((state) =>
      state.orders
        .filter(isValid)
        .map((order) => ({
          at: order.placed.at,
          day: dayOf(order.placed.at, timeZone),
          valueMinor: orderStanding(order).netMinor,
        }))
        .sort((left, right) => left.at - right.at),
    )
    .filter(({ length }) => length > 0)
