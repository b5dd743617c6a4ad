import type { WinbackSummary } from '@ebb/contracts/winback-api'
import { Card } from '../components/card.tsx'
import { format, words } from '../language/language.ts'

type Budget = WinbackSummary['budgets'][number]

/** What of each budget is spent, promised and left. */
export const BudgetsCard = ({ budgets }: Pick<WinbackSummary, 'budgets'>) => {
  const { winbacks } = words.value
  return (
    <Card title={winbacks.budgets}>
      {budgets.length === 0 && <p class="muted">{winbacks.noBudgets}</p>}
      <ul class="budgets">
        {budgets.map((budget) => (
          <li key={budget.id}>
            <BudgetMeter budget={budget} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

const BudgetMeter = ({ budget }: { readonly budget: Budget }) => {
  const { winbacks } = words.value
  const { money } = format.value
  const { id, limitMinor, spentMinor, reservedMinor } = budget
  const share = (minor: number): string => `${Math.min(100, (100 * minor) / (limitMinor || 1))}%`
  const left = limitMinor - spentMinor - reservedMinor
  const parts = [
    { name: winbacks.spent, look: 'is-spent', minor: spentMinor },
    { name: winbacks.reserved, look: 'is-reserved', minor: reservedMinor },
  ]
  return (
    <>
      <p class="budget-head">
        <strong>{id}</strong>
        <span>{winbacks.left(money(left))}</span>
      </p>
      <span class="track" aria-hidden="true">
        {parts.map(({ look, minor }) => (
          <span key={look} class={`bar ${look}`} style={{ width: share(minor) }} />
        ))}
      </span>
      <dl class="budget-parts">
        {parts.map(({ name, look, minor }) => (
          <div key={look} class={look}>
            <dt>{name}</dt>
            <dd>{money(minor)}</dd>
          </div>
        ))}
        <div>
          <dt>{winbacks.limit}</dt>
          <dd>{money(limitMinor)}</dd>
        </div>
      </dl>
    </>
  )
}

/** How many coupons stand where. */
export const CouponCounts = ({ coupons }: Pick<WinbackSummary, 'coupons'>) => {
  const { winbacks, couponStatus } = words.value
  return (
    <Card title={winbacks.coupons}>
      <dl class="stats is-many">
        {(['issued', 'reserved', 'redeemed', 'expired', 'cancelled'] as const).map((status) => (
          <div key={status}>
            <dt>{couponStatus[status]}</dt>
            <dd>{format.value.number(coupons[status])}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}
