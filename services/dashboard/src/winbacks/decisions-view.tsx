import type { DecisionPage, DecisionView } from '@ebb/contracts/winback-api'
import { iMay } from '../access/session.ts'
import { withQuery } from '../api/api-client.ts'
import { usePages } from '../api/use-pages.ts'
import { Select } from '../components/choice.tsx'
import { type Column, DataTable } from '../components/data-table.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { SearchField } from '../components/search-field.tsx'
import { StandingBadge } from '../components/standing-badge.tsx'
import { format, words } from '../language/language.ts'
import { route, setQuery } from '../routing/location.ts'
import { hrefOf } from '../routing/route.ts'
import { reasonsText, StatusTag } from './decision-card.tsx'
import { offerText } from './decision-words.ts'

const PAGE_LENGTH = '50'

/** Decisions, also those not to act, with their reasons. */
export const DecisionsView = () => {
  const { customer, status, reason } = route.value.query
  const query = { customer, status, reason }
  const pages = usePages<DecisionPage, DecisionView>(
    (before) => withQuery('/winbacks/decisions', { ...query, limit: PAGE_LENGTH, before }),
    ({ decisions, next }) => ({ items: decisions, next }),
  )
  return (
    <>
      <Filters />
      {pages.fault && <FaultNotice fault={pages.fault} onRetry={pages.reload} />}
      {pages.isLoading && pages.items.length === 0 && <Loading />}
      {pages.first && pages.items.length === 0 && (
        <NoDecisions isFiltered={Boolean(customer || status || reason)} />
      )}
      {pages.items.length > 0 && (
        <div class="card is-flush">
          <DecisionsTable decisions={pages.items} />
          <MoreButton pages={pages} />
        </div>
      )}
    </>
  )
}

const optionsOf = (names: Readonly<Record<string, string>>) => [
  { value: '', text: words.value.common.all },
  ...Object.entries(names).map(([value, text]) => ({ value, text })),
]

const Filters = () => {
  const w = words.value
  const { query } = route.value
  return (
    <search class="filters">
      <SearchField
        label={w.decisions.customer}
        hint={w.decisions.customerHint}
        value={query['customer'] ?? ''}
        onSearch={(customer) => setQuery({ customer })}
      />
      <Select
        label={w.decisions.status}
        value={query['status'] ?? ''}
        options={optionsOf(w.status)}
        // A reason is only there where nothing was done.
        onChoose={(status) => setQuery({ status, ...(status !== 'none' && { reason: '' }) })}
      />
      <Select
        label={w.decisions.reason}
        value={query['reason'] ?? ''}
        options={optionsOf(w.noAction)}
        onChoose={(reason) => setQuery({ reason, ...(reason !== '' && { status: 'none' }) })}
      />
    </search>
  )
}

const NoDecisions = ({ isFiltered }: { readonly isFiltered: boolean }) => {
  const { decisions, customers } = words.value
  return (
    <div class="card">
      {isFiltered ? (
        <Empty title={decisions.noMatch}>
          <button
            type="button"
            class="button"
            onClick={() => setQuery({ customer: '', status: '', reason: '' })}
          >
            {customers.reset}
          </button>
        </Empty>
      ) : (
        <Empty title={decisions.none}>
          <p>{decisions.noneHint}</p>
        </Empty>
      )}
    </div>
  )
}

const DecisionsTable = ({ decisions }: { readonly decisions: readonly DecisionView[] }) => (
  <DataTable
    label={words.value.winbacks.decisions}
    isCards
    rows={decisions}
    keyOf={({ decisionId }) => decisionId}
    columns={columnsOf()}
  />
)

const columnsOf = (): readonly Column<DecisionView>[] => {
  const { decisions } = words.value
  return [
    { key: 'customer', head: decisions.customer, cell: (decision) => <Name decision={decision} /> },
    { key: 'what', head: decisions.what, cell: (decision) => <What decision={decision} /> },
    { key: 'offer', head: decisions.offer, cell: (decision) => <Offer decision={decision} /> },
    { key: 'why', head: decisions.why, cell: reasonsText },
    { key: 'segment', head: decisions.segment, cell: ({ segment }) => segment },
    {
      key: 'when',
      head: decisions.when,
      cell: ({ decidedAt }) => <time dateTime={decidedAt}>{format.value.moment(decidedAt)}</time>,
    },
  ]
}

interface DecisionProps {
  readonly decision: DecisionView
}

const Name = ({ decision: { customerId, tier } }: DecisionProps) => (
  <span class="customer-name">
    {iMay('customers') ? (
      <a href={hrefOf({ page: 'customers', customerId })}>{customerId}</a>
    ) : (
      customerId
    )}
    <StandingBadge standing={tier} />
  </span>
)

const What = ({ decision: { status, noActionReason } }: DecisionProps) => (
  <span class="lines">
    <StatusTag status={status} />
    {noActionReason && <span>{words.value.noAction[noActionReason]}</span>}
  </span>
)

const Offer = ({ decision }: DecisionProps) => (
  <span class="lines">
    <span>{offerText(decision)}</span>
    {decision.coupon && (
      <span class="muted">
        <code>{decision.coupon.code}</code> · {words.value.couponStatus[decision.coupon.status]}
      </span>
    )}
  </span>
)
