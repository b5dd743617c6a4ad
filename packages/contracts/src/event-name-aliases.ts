/** One event name of Ebb, and what other vocabularies call it. */
export interface EventName {
  readonly name: string
  /** Other spellings in the same style. */
  readonly spellings?: readonly string[]
  /** Google Analytics 4. */
  readonly ga4?: readonly string[]
  /** Customer events of the Shopify pixel. */
  readonly shopifyPixel?: readonly string[]
}

/** Segment's e-commerce v2 names, then those that Ebb adds. */
export const EVENT_NAMES: readonly EventName[] = [
  { name: 'Page Viewed', ga4: ['page_view'] },
  { name: 'Screen Viewed', ga4: ['screen_view'] },
  { name: 'Products Searched', ga4: ['search'], shopifyPixel: ['search_submitted'] },
  { name: 'Product List Viewed', ga4: ['view_item_list'], shopifyPixel: ['collection_viewed'] },
  { name: 'Product List Filtered' },
  { name: 'Promotion Viewed' },
  { name: 'Promotion Clicked' },
  { name: 'Product Clicked', ga4: ['select_item'] },
  { name: 'Product Viewed', ga4: ['view_item'], shopifyPixel: ['product_viewed'] },
  { name: 'Product Added', ga4: ['add_to_cart'], shopifyPixel: ['product_added_to_cart'] },
  {
    name: 'Product Removed',
    ga4: ['remove_from_cart'],
    shopifyPixel: ['product_removed_from_cart'],
  },
  { name: 'Cart Viewed', ga4: ['view_cart'], shopifyPixel: ['cart_viewed'] },
  { name: 'Checkout Started', ga4: ['begin_checkout'], shopifyPixel: ['checkout_started'] },
  { name: 'Checkout Step Viewed' },
  { name: 'Checkout Step Completed' },
  {
    name: 'Payment Info Entered',
    ga4: ['add_payment_info'],
    shopifyPixel: ['payment_info_submitted'],
  },
  { name: 'Order Completed', ga4: ['purchase'], shopifyPixel: ['checkout_completed'] },
  { name: 'Order Updated' },
  { name: 'Order Refunded', ga4: ['refund'] },
  { name: 'Order Cancelled', spellings: ['Order Canceled'] },
  {
    name: 'Return Cancelled',
    spellings: ['Return Canceled', 'Refund Cancelled', 'Refund Canceled'],
  },
  { name: 'Coupon Entered' },
  { name: 'Coupon Applied' },
  { name: 'Coupon Denied' },
  { name: 'Coupon Removed' },
  { name: 'Product Added to Wishlist', ga4: ['add_to_wishlist'] },
  { name: 'Product Removed from Wishlist' },
  { name: 'Wishlist Product Added to Cart' },
  { name: 'Product Shared' },
  { name: 'Cart Shared' },
  { name: 'Product Reviewed' },
  { name: 'Ticket Opened' },
  { name: 'Ticket Resolved' },
  { name: 'Delivery Late' },
  { name: 'Order Delivered' },
  { name: 'Payment Failed' },
  { name: 'Page Error' },
  { name: 'Survey Answered' },
]

/** Tracked events that say who somebody is: they are identify events by another name. */
export const IDENTIFY_ALIASES: readonly string[] = ['login', 'sign_up']

/**
 * The canonical name of a tracked event: of an alias, and of the usual ways to write a canonical
 * name (`order_completed`, `order-completed`, `order completed`, `orderCompleted`,
 * `OrderCompleted`, `ORDER_COMPLETED`). `identify` for an identify event by another name. A name
 * that is not in the table comes back unchanged.
 */
export const canonicalEventName = (name: string): string => CANONICAL.get(name) ?? name

const waysToWrite = (name: string): string[] => {
  const words = name.toLowerCase().split(' ')
  const capital = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return [
    name,
    ...['_', '-', ' '].map((joint) => words.join(joint)),
    words.join('_').toUpperCase(),
    capital,
    capital.charAt(0).toLowerCase() + capital.slice(1),
  ]
}

const CANONICAL: ReadonlyMap<string, string> = new Map([
  ...EVENT_NAMES.flatMap(({ name, spellings = [], ga4 = [], shopifyPixel = [] }) =>
    [name, ...spellings]
      .flatMap(waysToWrite)
      .concat(ga4, shopifyPixel)
      .map((alias): [string, string] => [alias, name]),
  ),
  ...IDENTIFY_ALIASES.map((alias): [string, string] => [alias, 'identify']),
])
