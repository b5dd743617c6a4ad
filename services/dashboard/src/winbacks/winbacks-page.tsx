import type { WinbackSummary } from '@ebb/contracts/winback-api'
import { iMay } from '../access/session.ts'
import { useAnswer } from '../api/use-answer.ts'
import { FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { words } from '../language/language.ts'
import { live } from '../live/live-store.ts'
import { route } from '../routing/location.ts'
import { hrefOf } from '../routing/route.ts'
import { CouponLookup } from './coupon-lookup.tsx'
import { DecisionsView } from './decisions-view.tsx'
import { ExclusionsView } from './exclusions-view.tsx'
import { ExperimentCard } from './experiment-card.tsx'
import { ModeCard } from './mode-card.tsx'
import { BudgetsCard, CouponCounts } from './money-cards.tsx'
import { OutcomesCard } from './outcomes-card.tsx'
import { PolicyView } from './policy-view.tsx'
import { TestSendCard } from './test-send-card.tsx'

const VIEWS = ['overview', 'decisions', 'exclusions', 'policy'] as const
type View = (typeof VIEWS)[number]

/** The parts that are for the reader's role. */
const views = (): readonly View[] => {
  if (iMay('winbacks')) return VIEWS
  return iMay('decisions') ? ['decisions'] : ['overview']
}

/** Decisions to win customers back, and what they bring. */
export const WinbacksPage = () => {
  const w = words.value
  const mine = views()
  const view = mine.find((name) => name === route.value.query['view']) ?? mine[0]!
  return (
    <>
      <PageHead title={w.page.winbacks} />
      {mine.length > 1 && (
        <nav class="tabs" aria-label={w.winbacks.views}>
          {mine.map((name) => (
            <a
              key={name}
              href={hrefOf({ page: 'winbacks', query: { view: name } })}
              {...(name === view && { 'aria-current': 'page' as const })}
            >
              {w.winbacks[name]}
            </a>
          ))}
        </nav>
      )}
      <Part view={view} />
    </>
  )
}

const Part = ({ view }: { readonly view: View }) => {
  if (view === 'exclusions') return <ExclusionsView />
  if (view === 'policy') return <PolicyView />
  if (view === 'overview') return iMay('winbacks') ? <Overview /> : <ModeOnly />
  return (
    <>
      {iMay('coupons') && !iMay('winbacks') && <CouponLookup />}
      <DecisionsView />
    </>
  )
}

/** For those who keep it running and need no more than the switch. */
const ModeOnly = () => {
  const winbacks = live.value?.winbacks
  if (winbacks === undefined) return <p class="muted">{words.value.live.retentionAway}</p>
  // The stream brings the new mode within a second.
  return <ModeCard mode={winbacks.mode} onChanged={() => {}} />
}

const REFRESH_MS = 10_000

const Overview = () => {
  const { data, fault, isLoading, reload } = useAnswer<WinbackSummary>(
    '/winbacks/summary',
    REFRESH_MS,
  )
  if (data === undefined) {
    return isLoading ? <Loading /> : fault && <FaultNotice fault={fault} onRetry={reload} />
  }
  return (
    <div class="winbacks-grid">
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      <div class="column">
        <ModeCard mode={data.mode} onChanged={reload} />
        <ExperimentCard experiment={data.experiment} />
        {iMay('coupons') && <CouponLookup />}
        {iMay('edit winbacks') && <TestSendCard />}
      </div>
      <div class="column">
        <BudgetsCard budgets={data.budgets} />
        <CouponCounts coupons={data.coupons} />
        <OutcomesCard decisions={data.decisions} />
      </div>
    </div>
  )
}
