import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import type { CustomerEvent } from '@ebb/customer/customer-event'
import { complaintOf } from './complaint.ts'
import { brandsOf, categoriesOf, productsOf } from './event-products.ts'
import { countOf, firstOf, idOf, objectOf, presentFields, textOf } from './foreign-value.ts'
import { orderDetails } from './order-details.ts'
import { pagePath } from './page-path.ts'
import { channelOf } from './visit-channel.ts'
import { deviceOf } from './visit-device.ts'

/**
 * What the fold reads of a canonical event; amounts are those in the base currency, and a day is one
 * of `timeZone`. Properties and context are foreign: what has another type than it should is left
 * out, and nothing is thrown. Only what is listed here goes into a state: no free text, no address.
 */
export const customerEventOf = (event: CanonicalEvent, timeZone: string): CustomerEvent => {
  const { id, type, name, customer, sourceRank, source, occurredAt, order, rating, consent } = event
  const { properties, context } = event
  const products = productsOf(properties)
  return {
    id,
    type,
    name,
    // The schema has optional fields that are never present and undefined: JSON knows none.
    customer: customer as CustomerEvent['customer'],
    ...{ sourceRank, source, occurredAt },
    ...presentFields({
      order: order && orderDetails(order, { name, properties, products, timeZone }),
      rating,
      consent: consent as CustomerEvent['consent'],
      page: pageOf(event),
      channel: channelOf(properties, context),
      device: deviceOf(type, context),
      categories: categoriesOf(properties, products),
      brands: brandsOf(properties, products),
      ticketId: ticketOf(event),
      results: resultsOf(event),
      complaint: complaintOf(name, properties),
    }),
  }
}

const ON_PAGES: ReadonlySet<string> = new Set(['track', 'page', 'screen'])

const pageOf = ({ type, properties, context }: CanonicalEvent): string | undefined => {
  if (!ON_PAGES.has(type)) return undefined
  const { path, url } = objectOf(context['page'])
  const page = firstOf(textOf, path, url, properties['path'], properties['url'])
  return page === undefined ? undefined : pagePath(page)
}

const ticketOf = ({ name, properties }: CanonicalEvent): string | undefined => {
  if (name !== 'Ticket Opened' && name !== 'Ticket Resolved') return undefined
  return firstOf(idOf, properties['ticket_id'], properties['ticketId'], properties['case_id'])
}

const resultsOf = ({ name, properties }: CanonicalEvent): number | undefined => {
  if (name !== 'Products Searched') return undefined
  const { results, results_count, number_of_results } = properties
  return firstOf(countOf, results, results_count, number_of_results)
}
