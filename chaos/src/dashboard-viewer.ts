import { setTimeout as wait } from 'node:timers/promises'
import type { AlertView } from '@ebb/contracts/dashboard-api'
import { openSse, type SseClient } from '@ebb/insights/stream/sse-client-fixture'

/** Somebody who looks at the dashboard all the time. */
export interface DashboardViewer {
  /** Ids of the alerts that the stream has brought, in order. */
  seen(): readonly string[]
  /** Streams so far: one more after every stop. */
  streams(): number
  /** Whether a stream is open, and a page of alerts is asked for at this instant. */
  isLooking(): boolean
  close(): Promise<void>
}

const COME_BACK_MS = 200

/**
 * Follows the live stream as a browser does, which comes back with the last id when the stream ends,
 * and asks for the newest alerts one time after the other.
 */
export const dashboardViewer = (url: string, key: string): DashboardViewer => {
  const headers = { authorization: `Bearer ${key}` }
  const seen: string[] = []
  let lastId: string | undefined
  let streams = 0
  let underWay = 0
  let stream: SseClient | undefined
  let isClosing = false

  const follow = async (): Promise<void> => {
    const from = lastId === undefined ? {} : { 'last-event-id': lastId }
    stream = await openSse(`${url}/api/live/stream`, { ...headers, ...from })
    streams += 1
    if (isClosing) stream.leave()
    for (;;) {
      const { id, data } = await stream.next('alert')
      seen.push((data as AlertView).alertId)
      lastId = id
    }
  }
  const ask = async (): Promise<void> => {
    underWay += 1
    const answer = fetch(`${url}/api/alerts`, { headers }).then((response) => response.text())
    await answer.finally(() => {
      underWay -= 1
    })
  }
  const again = async (work: () => Promise<void>): Promise<void> => {
    while (!isClosing) {
      // Insights is away, or ends the stream: a browser tries again.
      await work().catch(() => wait(COME_BACK_MS))
    }
  }
  const looking = [
    again(() =>
      follow().finally(() => {
        stream = undefined
      }),
    ),
    again(async () => {
      await ask()
      await wait(COME_BACK_MS / 10)
    }),
  ]
  return {
    seen: () => seen,
    streams: () => streams,
    isLooking: () => stream !== undefined && underWay > 0,
    close: async () => {
      isClosing = true
      stream?.leave()
      await Promise.all(looking)
    },
  }
}
