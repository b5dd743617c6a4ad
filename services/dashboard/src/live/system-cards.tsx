import type { LiveView } from '@ebb/contracts/dashboard-api'
import { Card } from '../components/card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { ModeBadge } from '../components/mode-badge.tsx'
import { format, words } from '../language/language.ts'

/** Coupons, and whether anything is sent at all. */
export const CouponsCard = ({ winbacks }: { readonly winbacks: LiveView['winbacks'] }) => {
  const { live } = words.value
  if (winbacks === undefined) {
    return (
      <Card title={live.couponsTitle}>
        <p class="muted">{live.retentionAway}</p>
      </Card>
    )
  }
  const { mode, couponsIssued, couponsRedeemed } = winbacks
  const share = format.value.percent(couponsRedeemed / Math.max(couponsIssued, 1))
  return (
    <Card title={live.couponsTitle} aside={<ModeBadge mode={mode} />}>
      <dl class="stats">
        <div>
          <dt>{live.issued}</dt>
          <dd>{format.value.number(couponsIssued)}</dd>
        </div>
        <div>
          <dt>{live.redeemed}</dt>
          <dd>{format.value.number(couponsRedeemed)}</dd>
        </div>
      </dl>
      {couponsIssued > 0 && <p class="muted">{live.redeemedShare(share)}</p>}
    </Card>
  )
}

/** What the installation runs on. */
export const EnginesCard = ({ engines }: Pick<LiveView, 'engines'>) => {
  const w = words.value
  return (
    <Card title={w.live.enginesTitle}>
      <ul class="engines">
        {engines.map(({ need, name, isUp }) => (
          <li key={need}>
            <span>
              <span class="muted">{w.engine[need]}</span>
              <br />
              {name}
            </span>
            <span class={isUp ? 'state is-good' : 'state is-bad'}>
              {isUp ? w.live.up : w.live.down}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** How far behind each reader of a topic is. */
export const ReadersCard = ({ readers }: Pick<LiveView, 'readers'>) => {
  const { live } = words.value
  return (
    <Card title={live.readersTitle}>
      <DataTable
        label={live.readersTitle}
        rows={readers}
        keyOf={({ name, topic }) => `${name} ${topic}`}
        columns={[
          {
            key: 'name',
            head: live.reader,
            cell: ({ name, topic }) => (
              <>
                {name}
                <br />
                <code class="muted">{topic}</code>
              </>
            ),
          },
          {
            key: 'lag',
            head: live.lag,
            isNumeric: true,
            cell: ({ lag, clock }) => (
              <>
                {lag === 0 ? live.upToDate : format.value.number(lag)}
                {clock && <div class="muted">{live.readerClock(format.value.moment(clock))}</div>}
              </>
            ),
          },
        ]}
      />
    </Card>
  )
}
