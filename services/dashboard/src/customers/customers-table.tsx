import type { CustomerItem, CustomerSort, Lifecycle, Standing } from '@ebb/contracts/dashboard-api'
import { type Column, DataTable } from '../components/data-table.tsx'
import { HoldBadge } from '../components/hold-badge.tsx'
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
  loss: 'descending',
  revenue: 'descending',
  lastOrder: 'descending',
  next: 'ascending',
  customer: 'ascending',
}

const sortable = (sort: CustomerSort): Pick<Column<CustomerItem>, 'sorted' | 'onSort'> => ({
  sorted: sortOf(route.value.query) === sort ? DIRECTIONS[sort] : undefined,
  onSort: () => setQuery({ sort }),
})

/** Standings and lifecycles of customers to be worked on: by what is at stake. */
const AT_RISK: ReadonlySet<string | undefined> = new Set([
  ...(['light', 'moderate', 'heavy'] satisfies Standing[]),
  ...(['cooling', 'at_risk', 'dormant'] satisfies Lifecycle[]),
])

/** What a list is sorted by: what was chosen, else what suits it. */
export const sortOf = ({ sort, standing, lifecycle }: Readonly<Record<string, string>>): string => {
  if (sort !== undefined) return sort
  return AT_RISK.has(standing) || AT_RISK.has(lifecycle) ? 'loss' : 'risk'
}

const columnsOf = (): readonly Column<CustomerItem>[] => {
  const { customers, common } = words.value
  const written = format.value
  return [
    {
      ...{ key: 'customer', head: customers.customer, ...sortable('customer') },
      cell: (customer) => <Name customer={customer} />,
    },
    {
      ...{ key: 'lifecycle', head: customers.lifecycle },
      cell: ({ lifecycle }) => words.value.lifecycle[lifecycle],
    },
    {
      ...{ key: 'risk', head: customers.risk, isNumeric: true, ...sortable('risk') },
      cell: ({ risk, standing }) => <Risk risk={risk} look={standing} />,
    },
    {
      ...{ key: 'loss', head: customers.loss, isNumeric: true, ...sortable('loss') },
      cell: ({ expectedLossMinor }) => <Loss minor={expectedLossMinor} />,
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

const Name = ({ customer: { customerId, standing, held, tags } }: CustomerProps) => (
  <span class="customer-name">
    <a href={hrefOf({ page: 'customers', customerId })}>{customerId}</a>
    <StandingBadge standing={standing} />
    {held && <HoldBadge held={held} />}
    {tags.map((tag) => (
      <span key={tag} class="tag">
        {tag}
      </span>
    ))}
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

const Loss = ({ minor }: { readonly minor: number }) => (
  <span title={words.value.customers.lossHint}>{format.value.money(minor)}</span>
)

const Next = ({ customer: { next, nextAt, held, standing: passed } }: CustomerProps) => {
  const { customers, common, hold, standing } = words.value
  if (held && passed !== 'lost') return hold.next(held.source, format.value.date(held.since))
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
