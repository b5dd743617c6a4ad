/** The pages; `customer` is one customer's. */
export const PAGES = [
  'live',
  'customers',
  'winbacks',
  'grades',
  'quality',
  'rejects',
  'setup',
] as const
export type Page = (typeof PAGES)[number]

/** Where somebody is: what the address bar says behind `#`. */
export interface Route {
  readonly page: Page
  /** Of one customer, on the page of customers. */
  readonly customerId?: string
  /** Filters; those without a value are not in it. */
  readonly query: Readonly<Record<string, string>>
}

const isPage = (name: string | undefined): name is Page =>
  (PAGES as readonly (string | undefined)[]).includes(name)

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Reads `#/customers/u%3A42?sort=risk`; what names no page is the first one. */
export const routeOf = (hash: string): Route => {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s)
  const [page, customerId] = path.split('/')
  const query = Object.fromEntries(
    [...new URLSearchParams(search)].filter(([, value]) => value !== ''),
  )
  if (!isPage(page)) return { page: 'live', query: {} }
  return page === 'customers' && customerId
    ? { page, customerId: decoded(customerId), query }
    : { page, query }
}

/** The address of a route, for a link. */
export const hrefOf = ({
  page,
  customerId,
  query = {},
}: Pick<Route, 'page' | 'customerId'> & Partial<Pick<Route, 'query'>>): string => {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''))
  const path = customerId ? `${page}/${encodeURIComponent(customerId)}` : page
  return `#/${path}${search.size === 0 ? '' : `?${search}`}`
}

/** The token of `#token=…`, the address that a start of Ebb prints. */
export const tokenOf = (hash: string): string | undefined =>
  new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? undefined
