import type { LiveView } from '@ebb/contracts/dashboard-api'
import type { WinbackStatus } from '@ebb/contracts/winback-api'
import type { Queries } from '@ebb/postgres/transaction'
import { countHeld } from '../customers/held-customers.ts'
import { STANDINGS } from '../customers/standing.ts'
import { type RetentionAddress, winbackStatus } from '../winbacks/retention.ts'
import { glimpse } from './glimpse.ts'
import type { ReaderLags } from './reader-lag.ts'

/** What the live view is put together from. */
export interface LiveSources {
  readonly postgres: Queries
  readonly retention: RetentionAddress
  readonly featuresUrl: string
  readonly engineNames: readonly EngineName[]
  readonly readers: () => Promise<ReaderLags>
  /** Process clock. */
  readonly now: () => number
}

/** An engine that the installation runs on. */
export type EngineName = Pick<LiveView['engines'][number], 'need' | 'name'>

const COUNT_EVERY_MS = 1_000
const ASK_RETENTION_EVERY_MS = 2_000
const LOOK_AT_ENGINES_EVERY_MS = 5_000
const PATIENCE_MS = 3_000

/** Puts the live view together; the costly parts are asked for less often than it is called. */
export const liveView = (
  sources: LiveSources,
): ((eventsPerSecond: readonly number[]) => Promise<LiveView>) => {
  const { postgres, retention, featuresUrl, engineNames, readers, now } = sources
  const customers = glimpse(() => countCustomers(postgres), COUNT_EVERY_MS)
  const held = glimpse(() => countHeld(postgres), COUNT_EVERY_MS)
  const winbackNow = glimpse(() => winbackStatus(retention), ASK_RETENTION_EVERY_MS)
  const lags = glimpse(readers, LOOK_AT_ENGINES_EVERY_MS)
  const states = glimpse(() => askReadiness(featuresUrl), LOOK_AT_ENGINES_EVERY_MS)
  const isUp = {
    'event log': () => lags.isAnswered(),
    'state store': () => states.isAnswered(),
    'business records': () => customers.isAnswered(),
  }
  return async (eventsPerSecond) => {
    const [counts, heldNow, winbacks, lag] = await Promise.all([
      customers.latest(),
      held.latest(),
      winbackNow.latest(),
      lags.latest(),
      states.latest(),
    ])
    return {
      now: new Date(now()).toISOString(),
      eventsPerSecond,
      customers: counts ?? NOBODY,
      held: heldNow ?? [],
      ...(winbacks && { winbacks: winbacksOf(winbacks) }),
      engines: engineNames.map(({ need, name }) => ({ need, name, isUp: isUp[need]() })),
      readers: lag ?? [],
    }
  }
}

const NOBODY: LiveView['customers'] = { healthy: 0, light: 0, moderate: 0, heavy: 0, lost: 0 }

/** Customers with an order, by where they stand. */
export const countCustomers = async (postgres: Queries): Promise<LiveView['customers']> => {
  const rows = await postgres.query<{ stage: number; count: number }>(
    'SELECT stage, count(*) AS count FROM customers WHERE last_at IS NOT NULL GROUP BY stage',
  )
  const counted = rows.map(({ stage, count }) => [STANDINGS[stage], count])
  return { ...NOBODY, ...Object.fromEntries(counted) }
}

type Winbacks = NonNullable<LiveView['winbacks']>

const winbacksOf = ({ mode, alertsPaused, coupons }: WinbackStatus): Winbacks => ({
  mode,
  alertsPaused,
  couponsIssued: Object.values(coupons).reduce((sum, count) => sum + count, 0),
  couponsRedeemed: coupons.redeemed,
})

/** Features says whether its state store answers, also where it is not ready for another reason. */
const askReadiness = async (featuresUrl: string): Promise<void> => {
  const answer = await fetch(`${featuresUrl}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) })
  const body = await answer.json().catch(() => ({}))
  const { checks } = body as { readonly checks?: { readonly states?: string } }
  if (!answer.ok && checks?.states !== 'ok') throw new Error(`states: ${checks?.states}`)
}
