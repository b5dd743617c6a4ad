import { iMay, shop } from '../access/session.ts'
import { format, words } from '../language/language.ts'
import { connection, live } from '../live/live-store.ts'
import { hrefOf } from '../routing/route.ts'

/** What holds for every page: a lost connection, a demonstration, and what does not leave. */
export const Banners = () => {
  const { app, hold } = words.value
  const { kind } = shop.value
  const winbacks = live.value?.winbacks
  return (
    <div class="banners">
      <p class="banner is-lost" role="status" hidden={connection.value !== 'lost'}>
        {connection.value === 'lost' && app.lost}
      </p>
      {kind !== 'live' && <p class="banner is-demonstration">{app[kind]}</p>}
      {winbacks?.alertsPaused && <p class="banner is-paused">{app.alertsPaused}</p>}
      {live.value?.held.map(({ source, since, customers }) => (
        <p key={source} class="banner is-held">
          {hold.banner(source, format.value.moment(since))}{' '}
          {hold.customers(customers, format.value.number(customers))}
          {customers > 0 && iMay('customers') && (
            <a href={hrefOf({ page: 'customers', query: { held: 'true' } })}>{hold.show}</a>
          )}
        </p>
      ))}
      {winbacks && winbacks.mode !== 'live' && (
        <p class={`banner is-${winbacks.mode}`}>
          {winbacks.mode === 'shadow' ? app.shadow : app.paused}
          {iMay('mode') && <a href={hrefOf({ page: 'winbacks' })}>{app.shadowFix}</a>}
        </p>
      )}
    </div>
  )
}
