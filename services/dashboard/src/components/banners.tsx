import { iMay, shop } from '../access/session.ts'
import { words } from '../language/language.ts'
import { connection, live } from '../live/live-store.ts'
import { hrefOf } from '../routing/route.ts'

/** What holds for every page: a lost connection, a demonstration, and what does not leave. */
export const Banners = () => {
  const { app } = words.value
  const { kind } = shop.value
  const winbacks = live.value?.winbacks
  return (
    <div class="banners">
      <p class="banner is-lost" role="status" hidden={connection.value !== 'lost'}>
        {connection.value === 'lost' && app.lost}
      </p>
      {kind !== 'live' && <p class="banner is-demonstration">{app[kind]}</p>}
      {winbacks?.alertsPaused && <p class="banner is-paused">{app.alertsPaused}</p>}
      {winbacks && winbacks.mode !== 'live' && (
        <p class={`banner is-${winbacks.mode}`}>
          {winbacks.mode === 'shadow' ? app.shadow : app.paused}
          {iMay('mode') && <a href={hrefOf({ page: 'winbacks' })}>{app.shadowFix}</a>}
        </p>
      )}
    </div>
  )
}
