import type { AlertView } from '@ebb/contracts/dashboard-api'
import { useEffect, useRef, useState } from 'preact/hooks'
import { iMay } from '../access/session.ts'
import { Card } from '../components/card.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { StandingBars } from '../components/standing-badge.tsx'
import { daysBetween } from '../language/format.ts'
import { format, words } from '../language/language.ts'
import { hrefOf } from '../routing/route.ts'
import { newIn } from './alert-feed-state.ts'
import { alertSentence } from './alert-sentence.ts'
import { alerts, alertsFault, askAlerts } from './live-store.ts'

/** The latest alerts as they come; it can be held to be read. */
export const AlertFeed = () => {
  const { feed } = words.value
  const [held, setHeld] = useState<readonly AlertView[]>()
  const latest = alerts.value
  const shown = held ?? latest
  const waiting = held && latest ? newIn(latest, held).length : 0
  return (
    <Card
      title={feed.title}
      class="feed-card"
      aside={
        <span class="feed-control">
          {waiting > 0 && (
            <span class="muted">{feed.waiting(waiting, format.value.number(waiting))}</span>
          )}
          <button
            type="button"
            class="button is-small is-quiet"
            onClick={() => setHeld(held ? undefined : (latest ?? []))}
          >
            <Icon name={held ? 'play' : 'pause'} />
            {held ? feed.resume : feed.pause}
          </button>
        </span>
      }
    >
      <Announcer />
      {alertsFault.value && <FaultNotice fault={alertsFault.value} onRetry={askAlerts} />}
      {shown === undefined && !alertsFault.value && <Loading />}
      {shown?.length === 0 && <NoAlerts />}
      {shown !== undefined && shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="feed-box" aria-label={feed.title} tabIndex={0}>
          <ol class="feed">
            {shown.map((alert) => (
              <FeedItem key={alert.alertId} alert={alert} />
            ))}
          </ol>
        </section>
      )}
    </Card>
  )
}

const NoAlerts = () => {
  const { feed } = words.value
  return (
    <Empty title={feed.none}>
      <p>{feed.noneHint}</p>
      {iMay('customers') && (
        <a class="button" href={hrefOf({ page: 'customers', query: { sort: 'next' } })}>
          {feed.toCustomers}
        </a>
      )}
    </Empty>
  )
}

const SIGNS: { readonly [kind in AlertView['kind']]: IconName } = {
  at_risk: 'crossed',
  recovered: 'returned',
  lost: 'gone',
  withdrawn: 'check',
  reopened: 'crossed',
}

const FeedItem = ({ alert }: { readonly alert: AlertView }) => {
  const { feed } = words.value
  const { kind, tier, silentSince, raisedAt, customerId, riskAtLastOrder, risk, signal } = alert
  const written = format.value
  const days = daysBetween(silentSince, raisedAt)
  const look = kind === 'recovered' ? 'is-healthy' : `is-${kind === 'lost' ? 'lost' : tier}`
  return (
    <li class="feed-item">
      <span class={`feed-sign ${look}`}>
        {kind === 'at_risk' ? <StandingBars standing={tier} /> : <Icon name={SIGNS[kind]} />}
      </span>
      <div class="feed-text">
        <p class="feed-what">
          {iMay('customers') ? (
            <a href={hrefOf({ page: 'customers', customerId })}>{alertSentence(alert)}</a>
          ) : (
            alertSentence(alert)
          )}
        </p>
        <p class="muted">
          {feed.silence(days, written.number(days), written.date(silentSince))}
          {kind === 'at_risk' &&
            ` · ${feed.riskFromTo(written.percent(riskAtLastOrder), written.percent(risk))}`}
          {signal === 'visits' && ` · ${feed.byVisits}`}
        </p>
      </div>
      <FeedSide alert={alert} />
    </li>
  )
}

const FeedSide = ({ alert: { raisedAt, reasons } }: { readonly alert: AlertView }) => {
  const known = reasons.filter((reason) => reason !== 'UNKNOWN')
  return (
    <div class="feed-side">
      <time dateTime={raisedAt}>{format.value.moment(raisedAt)}</time>
      {known.length > 0 && (
        <span class="tag">{known.map((reason) => words.value.reason[reason]).join(' · ')}</span>
      )}
    </div>
  )
}

const SPOKEN_EVERY_MS = 20_000

/** Tells those who listen how many came, now and then and not one by one. */
const Announcer = () => {
  const [text, setText] = useState('')
  const told = useRef<readonly AlertView[]>(undefined)
  useEffect(() => {
    const timer = setInterval(() => {
      const now = alerts.peek()
      if (now === undefined) return
      const news = told.current ? newIn(now, told.current) : []
      told.current = now
      const [latest] = news
      if (latest === undefined) return
      const count = format.peek().number(news.length)
      setText(words.peek().feed.spoken(news.length, count, alertSentence(latest)))
    }, SPOKEN_EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <p class="off-screen" role="status">
      {text}
    </p>
  )
}
