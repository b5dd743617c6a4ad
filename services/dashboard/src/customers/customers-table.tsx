import type { CustomerItem, CustomerSort } from '@ebb/contracts/dashboard-api'
import { type Column, DataTable } from '../components/data-table.tsx'
import { StandingBadge } from '../components/standing-badge.tsx'
import { format, words } from '../language/language.ts'
import { live } from '../live/live-store.ts'
import { route, setQuery } from '../routing/location.ts'
import { hrefOf } from '../routing/route.ts'

/** Customers of a list, each leading to its own page. */
export const CustomersTable = ({ customers }: { readonly customers: readonly CustomerItem[] }) => (
  <DataTable
    label={words.value.page.customers}
    isCards
    rows={customers}
    keyOf={({ customerId }) => customerId}
    columns={columnsOf()}
  />
)

const DIRECTIONS: { readonly [sort in CustomerSort]: 'ascending' | 'descending' } = {
  risk: 'descending',
  revenue: 'descending',
  lastOrder: 'descending',
  next: 'ascending',
  customer: 'ascending',
}

const sortable = (sort: CustomerSort): Pick<Column<CustomerItem>, 'sorted' | 'onSort'> => ({
  sorted: (route.value.query['sort'] ?? 'risk') === sort ? DIRECTIONS[sort] : undefined,
  onSort: () => setQuery({ sort }),
})

const columnsOf = (): readonly Column<CustomerItem>[] => {
  const { customers, common } = words.value
  const written = format.value
  return [
    {
      ...{ key: 'customer', head: customers.customer, ...sortable('customer') },
      cell: (customer) => <Name customer={customer} />,
    },
    {
      ...{ key: 'risk', head: customers.risk, isNumeric: true, ...sortable('risk') },
      cell: ({ risk, standing }) => <Risk risk={risk} look={standing} />,
    },
    {
      ...{ key: 'next', head: customers.next, ...sortable('next') },
      cell: (customer) => <Next customer={customer} />,
    },
    {
      ...{ key: 'revenue', head: customers.revenue, isNumeric: true, ...sortable('revenue') },
      cell: ({ revenueMinor }) => written.money(revenueMinor),
    },
    {
      ...{ key: 'orders', head: customers.orders, isNumeric: true },
      cell: ({ orders }) => written.number(orders),
    },
    {
      ...{ key: 'lastOrder', head: customers.lastOrder, ...sortable('lastOrder') },
      cell: ({ lastOrderAt }) => written.date(lastOrderAt),
    },
    {
      ...{ key: 'reason', head: customers.reason },
      cell: ({ reason }) => (reason ? words.value.reason[reason] : common.none),
    },
  ]
}

interface CustomerProps {
  readonly customer: CustomerItem
}

const Name = ({ customer: { customerId, standing } }: CustomerProps) => (
  <span class="customer-name">
    <a href={hrefOf({ page: 'customers', customerId })}>{customerId}</a>
    <StandingBadge standing={standing} />
  </span>
)

const Risk = ({ risk, look }: { readonly risk: number; readonly look: string }) => (
  <span class="risk" title={words.value.customers.riskHint}>
    <span class="track">
      <span class={`bar is-${look}`} style={{ width: `${100 * risk}%` }} />
    </span>
    {format.value.percent(risk)}
  </span>
)

const Next = ({ customer: { next, nextAt } }: CustomerProps) => {
  const { customers, common, standing } = words.value
  if (next === undefined || nextAt === undefined) return common.none
  const written = format.value
  const now = live.value?.now ?? new Date().toISOString()
  return (
    <>
      {customers.nextAt(standing[next], written.distance(nextAt, now))}
      <br />
      <span class="muted">{written.date(nextAt)}</span>
    </>
  )
}
