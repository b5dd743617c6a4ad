import { ALERTS, EVENTS, FEATURES, ORDERS } from '@ebb/contracts/topics'
import type { Queries } from '@ebb/postgres/transaction'
import type { ProcessClock } from '@ebb/runtime/clock'
import { CodedError } from '@ebb/runtime/coded-error'
import { onceAMinute } from '@ebb/runtime/once-a-minute'
import { TransientError } from '@ebb/streaming/faults'
import { consumerGroup } from '@ebb/streaming/processor'
import type { FastifyInstance } from 'fastify'
import { guardRoutes } from './access/guard.ts'
import { sessionRoutes } from './access/session-routes.ts'
import { signInOn } from './access/sign-in.ts'
import { alertRoutes } from './alerts/alert-routes.ts'
import { customerRoutes } from './customers/customer-routes.ts'
import { gradeRoutes } from './grading/grade-routes.ts'
import type { InsightsConfig, InsightsPorts } from './insights-ports.ts'
import { liveFeed } from './live/live-feed.ts'
import { liveRoutes } from './live/live-routes.ts'
import { liveView } from './live/live-view.ts'
import { advisedLags, type ReaderLags } from './live/reader-lag.ts'
import { qualityRoutes } from './quality/quality-routes.ts'
import { ALERTS_GROUP, featuresGroup, PROFILES_GROUP } from './read-models.ts'
import { rejectRoutes } from './rejects/reject-routes.ts'
import { eventDebugger } from './setup/event-debugger.ts'
import { setupRoutes } from './setup/setup-routes.ts'
import { truthRoutes } from './winbacks/truth-routes.ts'
import { winbackRoutes } from './winbacks/winback-routes.ts'

/** What the API works with. */
export interface ApiPorts extends InsightsPorts {
  readonly wall: ProcessClock
}

/** All of `/api`; what comes back ends its streams. */
export const apiRoutes = async (
  app: FastifyInstance,
  ports: ApiPorts,
  config: InsightsConfig,
): Promise<{ stop(): Promise<void> }> => {
  const { postgres, keys, clock, wall, logger } = ports
  // Of what is the same in every generation.
  const { log } = ports.generations.inForce()
  const { installation, retention, collectorUrl, writeKeys, scoring, sessionSecret } = config
  const now = () => clock.now()
  const onFault = onceAMinute((err) => logger.warn({ err }, 'a stream of the dashboard waits'))
  const view = liveView({ ...config, postgres, retention, now, readers: readersOf(ports, config) })
  const feed = liveFeed({ log, wall, view, alertsGroup: ALERTS_GROUP, onFault })
  const debug = eventDebugger(log, onFault)
  await app.register(async (api) => {
    tellAway(api)
    const signIn = await signInOn(api, { keys, wall, sessionSecret })
    guardRoutes(api, signIn)
    sessionRoutes(api, signIn, installation)
    liveRoutes(api, feed, signIn)
    alertRoutes(api, postgres)
    const { currency } = installation
    const sources = { postgres, features: config, retention, logger }
    customerRoutes(api, { ...sources, scoring, currency, now })
    rejectRoutes(api, log)
    qualityRoutes(api, postgres, { timeZone: installation.timeZone, now })
    gradeRoutes(api, postgres, { scoring, timeZone: installation.timeZone })
    setupRoutes(api, { collectorUrl, writeKeys, debug, signIn })
    truthRoutes(api, config.truth)
    await winbackRoutes(api, retention)
  })
  return {
    stop: async () => {
      await Promise.all([feed.stop(), debug.stop()])
    },
  }
}

/** An engine that is away is no fault of the request, nor of ours. */
const tellAway = (api: FastifyInstance): void => {
  api.setErrorHandler((error: Error) => {
    if (!(error instanceof TransientError)) throw error
    const what = `An engine that this needs is away: ${error.message}`
    const fix = 'Send it again; `GET /readyz` says what is missing'
    throw new CodedError('EBB_INSIGHTS_AWAY', { what, fix }, { cause: error, status: 503 })
  })
}

/** The readers of this service, and those of the others. */
const readersOf =
  ({ generations, postgres, readers }: InsightsPorts, { retention }: InsightsConfig) =>
  async (): Promise<ReaderLags> => {
    const { log, generation } = generations.inForce()
    const groups = [
      ...PROCESSORS.map((each) => ({ ...each, group: consumerGroup(each.name, generation) })),
      ...(retention === undefined ? [] : RETENTION),
    ]
    const [theirs, [customers, ...ours], clock] = await Promise.all([
      readers === undefined ? advisedLags(log, groups) : readers(),
      advisedLags(log, [
        { name: 'insights', group: featuresGroup(generation), topic: FEATURES },
        { name: 'insights', group: ALERTS_GROUP, topic: ALERTS },
        { name: 'insights', group: PROFILES_GROUP, topic: EVENTS },
      ]),
      clockOf(postgres, generation),
    ])
    const asOf = clock === undefined ? {} : { clock: new Date(clock).toISOString() }
    return [...theirs, { ...customers!, ...asOf }, ...ours]
  }

/** The clock of the partition that is furthest behind. Whether PostgreSQL answers is told elsewhere. */
const clockOf = async (postgres: Queries, generation: number): Promise<number | undefined> => {
  const slowest = 'SELECT min(clock) AS at FROM partition_clocks WHERE generation = $1'
  const [found] = await postgres.query<{ at: number | null }>(slowest, [generation]).catch(() => [])
  return found?.at ?? undefined
}

const PROCESSORS = [
  { name: 'features', topic: EVENTS },
  { name: 'scorer', topic: FEATURES },
]
const RETENTION = [
  { name: 'retention', group: 'retention-alerts', topic: ALERTS },
  { name: 'retention', group: 'retention-orders', topic: ORDERS },
]
