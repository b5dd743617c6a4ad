import { signal } from '@preact/signals'
import { hrefOf, type Route, routeOf } from './route.ts'

/** Where the reader is. */
export const route = signal<Route>(routeOf(location.hash))

addEventListener('hashchange', () => {
  const before = route.value
  route.value = routeOf(location.hash)
  const { page, customerId } = route.value
  // Another page begins at its top; another filter stays where it is.
  if (page !== before.page || customerId !== before.customerId) scrollTo(0, 0)
})

/** Changes filters of the page that is open, without a step back for each letter typed. */
export const setQuery = (changes: Readonly<Record<string, string>>): void => {
  const next = { ...route.value, query: { ...route.value.query, ...changes } }
  history.replaceState(null, '', hrefOf(next))
  route.value = routeOf(location.hash)
}
