import { DAY_MS } from '@ebb/customer/calendar'
import { demoShopOf } from '@ebb/simulator/demo-shop'
import { purchasesOf } from '@ebb/simulator/purchase-history'
import { joinsAt, shopperOf } from '@ebb/simulator/shopper'
import { CDNOW } from '../replay/cdnow-sample.ts'
import type { Format } from '../replay/read-rows.ts'
import { ordersOfFile, type ShopOrders } from './shop-orders.ts'
import { thresholdTrials } from './threshold-trials.ts'

// Prints the tables of docs/thresholds.md. UCI Online Retail does not come with the project:
//     npm run thresholds --workspace services/ebb -- /path/to/online_retail.csv.gz

const SIMULATED_FROM = Date.UTC(2024, 0, 1)
const SIMULATED_UNTIL = Date.UTC(2026, 0, 1)
const SHOPPERS = 1_000

const [onlineRetail] = process.argv.slice(2)

const ordersOf = (path: string, format: Format): Promise<ShopOrders> =>
  ordersOfFile(path, { format, map: undefined, currency: 'USD', timeZone: 'UTC', now: Date.now() })

/** The simulator's shop in its second year. */
const simulated = (): ShopOrders => {
  const shop = demoShopOf(SIMULATED_FROM, SHOPPERS)
  const customers = []
  for (let index = 0; joinsAt(shop, index) < SIMULATED_UNTIL; index += 1) {
    const orders = [...purchasesOf(shop, shopperOf(shop, index))]
      .filter(({ at }) => at < SIMULATED_UNTIL)
      .map(({ at }) => ({ at, day: Math.floor(at / DAY_MS), valueMinor: 0 }))
    if (orders.length > 0) customers.push(orders)
  }
  return { customers, until: SIMULATED_UNTIL, refused: 0, timeZone: 'UTC', currency: 'USD' }
}

const tell = (name: string, shop: ShopOrders, from: string): void => {
  const lines = thresholdTrials(shop, Date.parse(from))
  process.stdout.write(`## ${name}, from ${from}\n\n${lines.join('\n')}\n\n`)
}

tell('CDNOW', await ordersOf(CDNOW, 'cdnow'), '1997-10-01')
if (onlineRetail !== undefined)
  tell('UCI Online Retail', await ordersOf(onlineRetail, 'online-retail'), '2011-06-01')
tell('The simulated shop', simulated(), '2025-01-01')
