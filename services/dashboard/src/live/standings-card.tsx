import type { LiveView, Standing } from '@ebb/contracts/dashboard-api'
import { iMay } from '../access/session.ts'
import { ChartCard } from '../components/chart-card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { STANDINGS, StandingBadge } from '../components/standing-badge.tsx'
import { format, words } from '../language/language.ts'
import { hrefOf } from '../routing/route.ts'

interface StandingsCardProps {
  readonly customers: LiveView['customers']
}

/** How many customers stand where. */
export const StandingsCard = ({ customers }: StandingsCardProps) => {
  const { live } = words.value
  return (
    <ChartCard
      title={live.standingsTitle}
      class="standings-card"
      chart={() => <StandingsChart customers={customers} />}
      table={() => <StandingsTable customers={customers} />}
    />
  )
}

/** How many customers there are. */
export const totalOf = (customers: LiveView['customers']): number =>
  STANDINGS.reduce((sum, standing) => sum + customers[standing], 0)

const StandingsChart = ({ customers }: StandingsCardProps) => {
  const { live } = words.value
  const total = totalOf(customers)
  if (total === 0) return <p class="muted">{live.noCustomers}</p>
  const most = Math.max(...STANDINGS.map((standing) => customers[standing]))
  return (
    <>
      <p class="figure">
        <strong>{format.value.number(total)}</strong> {live.customers(total)}
      </p>
      <ul class="standing-bars">
        {STANDINGS.map((standing) => (
          <li key={standing}>
            <StandingLink standing={standing} />
            <span class="track">
              <span
                class={`bar is-${standing}`}
                style={{ width: `${(100 * customers[standing]) / most}%` }}
              />
            </span>
            <span class="count">{format.value.number(customers[standing])}</span>
            <span class="share">{format.value.percent(customers[standing] / total)}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

const StandingLink = ({ standing }: { readonly standing: Standing }) =>
  iMay('customers') ? (
    <a href={hrefOf({ page: 'customers', query: { standing } })}>
      <StandingBadge standing={standing} />
    </a>
  ) : (
    <StandingBadge standing={standing} />
  )

const StandingsTable = ({ customers }: StandingsCardProps) => {
  const { live, standing: names } = words.value
  const total = totalOf(customers)
  return (
    <DataTable
      label={live.standingsTitle}
      rows={STANDINGS}
      keyOf={(standing) => standing}
      columns={[
        { key: 'standing', head: live.standing, cell: (standing) => names[standing] },
        {
          key: 'count',
          head: live.count,
          isNumeric: true,
          cell: (standing) => format.value.number(customers[standing]),
        },
        {
          key: 'share',
          head: live.share,
          isNumeric: true,
          cell: (standing) => format.value.percent(customers[standing] / Math.max(total, 1)),
        },
      ]}
    />
  )
}
