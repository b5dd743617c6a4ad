import { describe, expect, test } from 'vitest'
import { foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { topTastes } from './tastes.ts'
import { windows } from './windows.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

type Part = Partial<CustomerEvent> & { readonly after: number; readonly readAfter?: number }

/** Page views so long after noon, each read at once or so long after noon. */
const visited = (...parts: readonly Part[]) =>
  foldAll(
    parts.map(({ after, readAfter = after, ...part }, index) => ({
      clock: NOON + readAfter,
      event: {
        ...{ id: `e${index}`, type: 'page' as const, name: '', customer: {}, sourceRank: 1 },
        occurredAt: NOON + after,
        ...part,
      },
    })),
    'UTC',
  ) ?? EMPTY_STATE

const totals = (state: typeof EMPTY_STATE, now = NOON) => {
  const { sessions, dwellSeconds, bounces } = windows(state, now, 'UTC').lifetime
  return { sessions, dwellSeconds, bounces }
}

describe('a visit', () => {
  test('ends with half an hour in which nothing happens', () => {
    const state = visited({ after: 0 }, { after: 30 * MINUTE_MS }, { after: 60 * MINUTE_MS + 1 })
    expect(totals(state)).toEqual({ sessions: 2, dwellSeconds: 1_800, bounces: 1 })
  })

  test('is one where an event comes late that joins two', () => {
    const parted = [{ after: 0 }, { after: 50 * MINUTE_MS, readAfter: DAY_MS }]
    expect(totals(visited(...parted)).sessions).toBe(2)
    const joined = visited(...parted, { after: 25 * MINUTE_MS, readAfter: 2 * DAY_MS })
    expect(totals(joined)).toEqual({ sessions: 1, dwellSeconds: 3_000, bounces: 0 })
  })

  test('is counted on the day on which it began, and closed after two days', () => {
    const late = { after: 11.9 * HOUR_MS }
    const next = { after: 12.1 * HOUR_MS }
    const open = visited(late, next)
    expect(windows(open, NOON + DAY_MS, 'UTC').d1.sessions).toBe(0)
    expect(windows(open, NOON + DAY_MS, 'UTC').d7.sessions).toBe(1)
    expect([open.openVisits.length, open.lastVisits.length]).toEqual([1, 0])
    const closed = visited(late, next, { after: 4 * DAY_MS })
    expect([closed.openVisits.length, closed.lastVisits.length]).toEqual([1, 1])
    expect(totals(closed).sessions).toBe(2)
  })

  test('is not opened by what is read more than two days later; the day counts that', () => {
    const state = visited({ after: 0, readAfter: 2 * DAY_MS + 1 })
    expect(totals(state).sessions).toBe(0)
    expect(windows(state, NOON + 3 * DAY_MS, 'UTC').d7.pageViews).toBe(1)
  })

  test('is nothing that a back end or a desk reports', () => {
    const desk = { type: 'track', name: 'Ticket Resolved' } as const
    expect(totals(visited({ after: 0, sourceRank: 2 }, { after: 0, ...desk })).sessions).toBe(0)
  })

  test('remembers where it began and ended, how it was come by, and with what', () => {
    const { openVisits } = visited(
      { after: 2_000, page: '/shoes', channel: 'email' },
      { after: 1_000, page: '/', device: 'mobile' },
      { after: 3_000 },
    )
    const [{ entry, exit, channel, device } = {}] = openVisits
    expect([entry?.value, exit?.value]).toEqual(['/', '/shoes'])
    expect([channel?.value, device?.value]).toEqual(['email', 'mobile'])
  })

  test('keeps the last three that are over', () => {
    const days = [0, 5, 10, 15, 20].map((day) => ({ after: day * DAY_MS }))
    const { lastVisits } = visited(...days)
    expect(lastVisits.map(({ startAt }) => (startAt - NOON) / DAY_MS)).toEqual([5, 10, 15])
  })

  test('is direct where nothing says how it was come by', () => {
    const state = visited({ after: 0 }, { after: DAY_MS, channel: 'email', device: 'tablet' })
    const { channels, devices } = topTastes(state, NOON + DAY_MS, 'UTC')
    expect(channels.map(({ name }) => name)).toEqual(['email', 'direct'])
    expect(devices).toEqual([{ name: 'tablet', share: 1 }])
  })
})
