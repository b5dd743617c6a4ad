import { Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { format, words } from '../language/language.ts'
import { AlertFeed } from './alert-feed.tsx'
import { EventsCard } from './events-chart.tsx'
import { live } from './live-store.ts'
import { StandingsCard, totalOf } from './standings-card.tsx'
import { CouponsCard, EnginesCard, ReadersCard } from './system-cards.tsx'

/** What happens now. */
export const LivePage = () => {
  const w = words.value
  const now = live.value
  return (
    <>
      <PageHead
        title={w.page.live}
        aside={now && <span class="muted">{w.live.now(format.value.moment(now.now))}</span>}
      />
      <div class="live-grid">
        {now ? (
          <EventsCard counts={now.eventsPerSecond} isNew={totalOf(now.customers) === 0} />
        ) : (
          <Loading />
        )}
        {now && <StandingsCard customers={now.customers} />}
        <AlertFeed />
        {now && (
          <div class="live-side">
            <CouponsCard winbacks={now.winbacks} />
            <EnginesCard engines={now.engines} />
            <ReadersCard readers={now.readers} />
          </div>
        )}
      </div>
    </>
  )
}
