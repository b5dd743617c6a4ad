import { pipeline, Readable } from 'node:stream'
import { minorUnitExponent } from '@ebb/contracts/currency'
import type { CustomerItem } from '@ebb/contracts/dashboard-api'
import { stringify } from 'csv-stringify'
import { type ListSource, type ListWish, pageOf } from './customer-list.ts'

const PAGE_ROWS = 1_000

/** Which customers. */
export type CsvWish = Pick<ListWish, 'search' | 'standing' | 'lifecycle' | 'tag' | 'held'>

/** What the file is made for. */
export interface CsvSettings {
  /** Of the money; it goes out in whole units. */
  readonly currency: string
  readonly now: number
}

/**
 * All customers that match, as CSV in the order of their keys: that is the one in which a million can
 * be read page by page, as fast as the file is taken. A text that a
 * spreadsheet would take for a formula has a `'` before it; the mark at the beginning tells Excel
 * that it is UTF-8.
 */
export const customersCsv = (
  source: ListSource,
  wish: CsvWish,
  { currency, now }: CsvSettings,
): Readable => {
  const file = stringify({
    bom: true,
    header: true,
    escape_formulas: true,
    columns: [
      { key: 'customerId', header: 'customer' },
      { key: 'standing', header: 'standing' },
      { key: 'lifecycle', header: 'lifecycle' },
      { key: 'risk', header: 'risk' },
      { key: 'expectedLoss', header: `expected loss ${currency}` },
      { key: 'orders', header: 'orders' },
      { key: 'revenue', header: `revenue ${currency}` },
      { key: 'lastOrderAt', header: 'last order' },
      { key: 'reason', header: 'reason' },
      { key: 'next', header: 'next standing' },
      { key: 'nextAt', header: 'next standing at' },
      { key: 'heldFor', header: 'on hold for' },
      { key: 'heldSince', header: 'on hold since' },
      { key: 'tags', header: 'tags' },
    ],
  })
  // Whichever of the two ends early ends the other; the answer then breaks off.
  return pipeline(Readable.from(rowsOf(source, wish, { currency, now })), file, () => {})
}

interface Line extends Omit<CustomerItem, 'tags' | 'held'> {
  readonly revenue: number
  readonly expectedLoss: number
  readonly tags: string
  /** The silent source that their last order came from, and since when it is. */
  readonly heldFor: string | undefined
  readonly heldSince: string | undefined
}

async function* rowsOf(
  source: ListSource,
  wish: CsvWish,
  { currency, now }: CsvSettings,
): AsyncGenerator<Line> {
  const unit = 10 ** minorUnitExponent(currency)
  for (let after: string | undefined; ; ) {
    const from = after === undefined ? {} : { after }
    const page = await pageOf(source, { ...wish, ...from, sort: 'customer', limit: PAGE_ROWS }, now)
    for (const { tags, held, ...item } of page.customers)
      yield {
        ...item,
        revenue: item.revenueMinor / unit,
        expectedLoss: item.expectedLossMinor / unit,
        tags: tags.join(' '),
        ...{ heldFor: held?.source, heldSince: held?.since },
      }
    after = page.next
    if (after === undefined) return
  }
}
