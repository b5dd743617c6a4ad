import type { AlertPage, AlertView, LiveView } from '@ebb/contracts/dashboard-api'
import { batch, signal } from '@preact/signals'
import { ask } from '../api/api-client.ts'
import type { ApiFault } from '../api/api-fault.ts'
import type { ServerSentEvent } from '../api/event-source-parser.ts'
import { type Connection, openStream } from '../api/event-stream.ts'
import { FEED_LENGTH, withNews } from './alert-feed-state.ts'

/** The last second, as the server told it. */
export const live = signal<LiveView | undefined>(undefined)

/** How the stream of the page is doing. */
export const connection = signal<Connection>('connecting')

/** The latest alerts, the latest first; undefined until they were asked for. */
export const alerts = signal<readonly AlertView[] | undefined>(undefined)

/** Why the latest alerts cannot be had. */
export const alertsFault = signal<ApiFault | undefined>(undefined)

const FLUSH_MS = 500

/** Listens as long as somebody is signed in; the function that comes back ends it. */
export const listenLive = (): (() => void) => {
  let news: AlertView[] = []
  // A busy shop raises alerts faster than a page should be drawn.
  const timer = setInterval(() => {
    if (news.length === 0) return
    alerts.value = withNews(alerts.value ?? [], news)
    news = []
  }, FLUSH_MS)
  const close = openStream({
    path: '/live/stream',
    onEvent: ({ event, data }: ServerSentEvent) => {
      if (event === 'live') live.value = JSON.parse(data) as LiveView
      if (event === 'alert') news.push(JSON.parse(data) as AlertView)
    },
    onConnection: (state) => {
      connection.value = state
      if (state === 'open') askAlerts()
    },
  })
  return () => {
    close()
    clearInterval(timer)
    batch(forget)
  }
}

/** Asks for what was raised before the page was open. */
export const askAlerts = async (): Promise<void> => {
  const answer = await ask<AlertPage>(`/alerts?limit=${FEED_LENGTH}`)
  alertsFault.value = answer.fault
  if ('data' in answer) {
    alerts.value = withNews(alerts.value ?? [], answer.data.alerts.toReversed())
  }
}

const forget = (): void => {
  live.value = undefined
  alerts.value = undefined
  alertsFault.value = undefined
  connection.value = 'connecting'
}
