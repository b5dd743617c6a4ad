import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { ReplayRow } from './replay-row.ts'

/** The clickstream of retentioneering-tools as it came, outside the project. */
export const RETENTIONEERING = fileURLToPath(
  new URL('../../../../../shared/data/retentioneering_ecom.csv.gz', import.meta.url),
)

/** What the storefront of that shop would have called its events. */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  home: 'Page Viewed',
  account_page: 'Page Viewed',
  review_page: 'Page Viewed',
  compare: 'Products Compared',
  promo_page: 'Promotion Viewed',
  catalog: 'Product List Viewed',
  filter_results: 'Product List Filtered',
  search: 'Products Searched',
  product_view: 'Product Viewed',
  wishlist_add: 'Product Added to Wishlist',
  add_to_cart: 'Product Added',
  cart: 'Cart Viewed',
  shipping_details: 'Checkout Started',
  payment_details: 'Payment Info Entered',
  payment_error: 'Payment Failed',
  checkout_bug: 'Page Error',
  error_page: 'Page Error',
  support_chat: 'Ticket Opened',
  purchase: 'Order Completed',
}

/** The lines of the file, the header left out; no field of it has a comma or quotes. */
export const retentioneeringLines = (): string[] =>
  gunzipSync(readFileSync(RETENTIONEERING)).toString('utf8').trimEnd().split('\n').slice(1)

/**
 * Every line as an event of a storefront, in the order of the file, its times taken as UTC. Equal
 * lines are events of their own: each has the number of its line for an id.
 */
export const retentioneeringRows = (): ReplayRow[] =>
  retentioneeringLines().map((raw, index) => {
    const [userId, , event, time] = raw.split(',')
    const timestamp = `${time!.replace(' ', 'T')}Z`
    const row = index + 1
    const item = { messageId: `row ${row}`, userId, event: EVENT_NAMES[event!], timestamp }
    return { row, raw, occurredAt: Date.parse(timestamp), item }
  })
