import type { WinbackSummary } from '@ebb/contracts/winback-api'
import { Card } from '../components/card.tsx'
import { format, words } from '../language/language.ts'
import { hrefOf } from '../routing/route.ts'

type Outcome = WinbackSummary['decisions'][number]

/** How many alerts led to what, each leading to the decisions themselves. */
export const OutcomesCard = ({ decisions }: Pick<WinbackSummary, 'decisions'>) => {
  const { winbacks } = words.value
  const sorted = decisions.toSorted((a, b) => b.count - a.count)
  const most = sorted[0]?.count ?? 1
  return (
    <Card title={winbacks.outcomes}>
      {sorted.length === 0 && <p class="muted">{winbacks.noOutcomes}</p>}
      <ul class="outcomes">
        {sorted.map((outcome) => (
          <li key={`${outcome.status} ${outcome.noActionReason}`}>
            <OutcomeLine outcome={outcome} most={most} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

const OutcomeLine = ({ outcome, most }: { readonly outcome: Outcome; readonly most: number }) => {
  const w = words.value
  const { status, noActionReason, count } = outcome
  const query = {
    ...{ view: 'decisions', status },
    ...(noActionReason && { reason: noActionReason }),
  }
  return (
    <>
      <a href={hrefOf({ page: 'winbacks', query })}>
        {noActionReason ? w.noAction[noActionReason] : w.status[status]}
      </a>
      <span class="track" aria-hidden="true">
        <span
          class={`bar ${status === 'sent' ? 'is-spent' : 'is-plain'}`}
          style={{ width: `${(100 * count) / most}%` }}
        />
      </span>
      <span class="count">{format.value.number(count)}</span>
    </>
  )
}
