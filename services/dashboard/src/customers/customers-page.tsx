import type {
  CustomerItem,
  Lifecycle,
  CustomerPage as ListPage,
} from '@ebb/contracts/dashboard-api'
import { CUSTOMER_SORTS } from '@ebb/contracts/dashboard-api'
import { iMay } from '../access/session.ts'
import { withQuery } from '../api/api-client.ts'
import { usePages } from '../api/use-pages.ts'
import { Select } from '../components/choice.tsx'
import { Icon } from '../components/icon.tsx'
import { MoreButton } from '../components/more-button.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { SearchField } from '../components/search-field.tsx'
import { STANDINGS } from '../components/standing-badge.tsx'
import { format, words } from '../language/language.ts'
import { route, setQuery } from '../routing/location.ts'
import { CustomersTable, sortOf } from './customers-table.tsx'

const PAGE_LENGTH = '50'

/** All customers with an order. */
export const CustomersPage = () => {
  const w = words.value
  const { search, standing, lifecycle, tag, held } = route.value.query
  const query = { search, standing, lifecycle, tag, held, sort: sortOf(route.value.query) }
  const pages = usePages<ListPage, CustomerItem>(
    (after) => withQuery('/customers', { ...query, limit: PAGE_LENGTH, after }),
    ({ customers, next }) => ({ items: customers, next }),
  )
  const total = pages.first?.total
  return (
    <>
      <PageHead
        title={w.page.customers}
        aside={
          total !== undefined && (
            <span class="muted" role="status">
              {w.customers.found(total, format.value.number(total))}
            </span>
          )
        }
      />
      <Filters page={pages.first} />
      {pages.fault && <FaultNotice fault={pages.fault} onRetry={pages.reload} />}
      {pages.isLoading && pages.items.length === 0 && <Loading />}
      {total === 0 && (
        <Nobody isFiltered={Boolean(search || standing || lifecycle || tag || held)} />
      )}
      {pages.items.length > 0 && (
        <div class="card is-flush">
          <CustomersTable customers={pages.items} />
          <MoreButton pages={pages} />
        </div>
      )}
    </>
  )
}

const FILTERS = ['search', 'standing', 'lifecycle', 'tag', 'held'] as const

const Filters = ({ page }: { readonly page: ListPage | undefined }) => {
  const { customers, standing, sort, common } = words.value
  const { query } = route.value
  const filters = Object.fromEntries(FILTERS.map((name) => [name, query[name]]))
  const exported = withQuery('/api/customers.csv', filters)
  return (
    <search class="filters">
      <SearchField
        label={customers.search}
        hint={customers.searchHint}
        value={query['search'] ?? ''}
        onSearch={(search) => setQuery({ search })}
      />
      <Select
        label={customers.standing}
        value={query['standing'] ?? ''}
        onChoose={(chosen) => setQuery({ standing: chosen })}
        options={[
          { value: '', text: common.all },
          ...STANDINGS.map((value) => ({ value, text: standing[value] })),
        ]}
      />
      <LifecycleSelect page={page} />
      {(page?.tags.length || query['tag']) && (
        <Select
          label={customers.tag}
          value={query['tag'] ?? ''}
          onChoose={(tag) => setQuery({ tag })}
          options={[
            { value: '', text: common.all },
            ...withChosen(page?.tags ?? [], query['tag']).map((tag) => ({ value: tag, text: tag })),
          ]}
        />
      )}
      {(page?.held.length || query['held']) && <HeldSelect />}
      <Select
        label={customers.sort}
        value={sortOf(query)}
        onChoose={(chosen) => setQuery({ sort: chosen })}
        options={CUSTOMER_SORTS.map((value) => ({ value, text: sort[value] }))}
      />
      {iMay('export') && (
        <a class="button filters-end" href={exported} download>
          <Icon name="download" />
          {customers.exportCsv}
        </a>
      )}
    </search>
  )
}

/** In the order of a life, each with how many there are. */
const LIFECYCLES = [
  'new',
  'active',
  'recovered',
  'cooling',
  'at_risk',
  'dormant',
  'lost',
] as const satisfies readonly Lifecycle[]

const LifecycleSelect = ({ page }: { readonly page: ListPage | undefined }) => {
  const { customers, lifecycle, common } = words.value
  const named = (each: Lifecycle): string =>
    page === undefined
      ? lifecycle[each]
      : customers.counted(lifecycle[each], format.value.number(page.lifecycles[each]))
  return (
    <Select
      label={customers.lifecycle}
      value={route.value.query['lifecycle'] ?? ''}
      onChoose={(chosen) => setQuery({ lifecycle: chosen })}
      options={[
        { value: '', text: common.all },
        ...LIFECYCLES.map((value) => ({ value, text: named(value) })),
      ]}
    />
  )
}

const HeldSelect = () => {
  const { common, hold } = words.value
  return (
    <Select
      label={hold.filter}
      value={route.value.query['held'] ?? ''}
      onChoose={(held) => setQuery({ held })}
      options={[
        { value: '', text: common.all },
        { value: 'true', text: hold.held },
        { value: 'false', text: hold.notHeld },
      ]}
    />
  )
}

/** The one that is chosen may be one that no rule gives any more. */
const withChosen = (tags: readonly string[], chosen: string | undefined): readonly string[] =>
  chosen === undefined || tags.includes(chosen) ? tags : [...tags, chosen]

const Nobody = ({ isFiltered }: { readonly isFiltered: boolean }) => {
  const { customers } = words.value
  return (
    <div class="card">
      {isFiltered ? (
        <Empty title={customers.noMatch}>
          <p>{customers.noMatchHint}</p>
          <button
            type="button"
            class="button"
            onClick={() => setQuery(Object.fromEntries(FILTERS.map((name) => [name, ''])))}
          >
            {customers.reset}
          </button>
        </Empty>
      ) : (
        <Empty title={customers.none}>
          <p>{customers.noneHint}</p>
          {iMay('setup') && (
            <a class="button is-main" href="#/setup">
              {words.value.live.toSetup}
            </a>
          )}
        </Empty>
      )}
    </div>
  )
}
