import type { Installation } from '@ebb/contracts/installation'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { type ProcessClock, wallClock } from '@ebb/runtime/clock'
import { createHttpServer } from '@ebb/runtime/http-server'
import type { Logger } from '@ebb/runtime/logger'
import { onceAMinute } from '@ebb/runtime/once-a-minute'
import { serveReference } from '@ebb/runtime/serve-reference'
import { counterOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import { watchEngines } from '@ebb/runtime/watch-engines'
import type { GenerationLog, Generations } from '@ebb/streaming/generation'
import type { DashboardKeys } from './access/dashboard-keys.ts'
import { INSIGHTS_REFERENCE } from './api-operations.ts'
import { apiRoutes } from './api-routes.ts'
import { readGrades } from './grading/grades-page.ts'
import { keepGrades } from './grading/keep-grades.ts'
import type { ModelScoring } from './grading/model-in-force.ts'
import { modelMetrics } from './grading/model-metrics.ts'
import type { EngineName } from './live/live-view.ts'
import type { ReaderLags } from './live/reader-lag.ts'
import { readPage } from './page/page-files.ts'
import { pageRoutes } from './page/page-routes.ts'
import { securityHeaders } from './page/security-headers.ts'
import { keepReadModels, SCOPE } from './read-models.ts'
import { BATCH, hearCustomers } from './tags/hear-customers.ts'
import { keepTags } from './tags/tagger.ts'
import type { RetentionAddress } from './winbacks/retention.ts'
import type { TruthSource } from './winbacks/truth-routes.ts'

/** What insights runs on. */
export interface InsightsPorts {
  readonly generations: Generations<GenerationLog>
  /** The schema of insights. */
  readonly postgres: Postgres
  readonly keys: DashboardKeys
  /** What risks are of. */
  readonly clock: ProcessClock
  /** What sign-ins end by; the clock on the wall unless given. */
  readonly wall?: ProcessClock
  readonly logger: Logger
  readonly telemetry?: Telemetry
  /** The process must end: an invariant is broken. */
  readonly onHalt: (error: Error) => void
  /** How far the other services are; by what their groups advised to the broker unless given. */
  readonly readers?: () => Promise<ReaderLags>
}

/** How it runs. Addresses are without a slash at the end. */
export interface InsightsConfig {
  readonly installation: Installation
  readonly host: string
  readonly port: number
  /** With the built page in it. */
  readonly pageFolder: string
  readonly featuresUrl: string
  /** A secret key with the scope `customers:read`. */
  readonly featuresKey: string
  readonly retention?: NonNullable<RetentionAddress>
  /** Of a demonstration. */
  readonly truth?: TruthSource
  /** As a shop reaches it. */
  readonly collectorUrl: string
  readonly writeKeys: () => readonly { readonly source: string; readonly key: string }[]
  readonly engineNames: readonly EngineName[]
  /** Signs the cookies: 32 characters or more that nobody can guess, the same after a restart. */
  readonly sessionSecret: string
  /** What the scorer works with. */
  readonly scoring: ModelScoring
}

/** A running insights service. */
export interface InsightsService {
  /** Where the dashboard is. */
  readonly url: string
  /** Ends streams, HTTP and the reading of topics; what was begun is finished or left to the next. */
  stop(): Promise<void>
}

/**
 * Reads `ebb.features.v1` and `ebb.alerts.v1` into tables of customers and alerts, and counts the
 * quality of what came; serves the page of the dashboard at `/` and its API below `/api`, by roles.
 */
export const start = async (
  ports: InsightsPorts,
  config: InsightsConfig,
): Promise<InsightsService> => {
  const { generations, postgres, logger, onHalt, clock, telemetry = NO_TELEMETRY } = ports
  const { installation, scoring, host, port, pageFolder } = config
  const { timeZone, kind } = installation
  const tables = await keepReadModels({
    ...{ generations, postgres, scoring, timeZone, kind, logger, onHalt, telemetry },
    now: () => clock.now(),
  })
  const untold = counterOf(telemetry.meter(SCOPE), METRICS.tagsUntold)
  const tags = keepTags({
    ...{ postgres, timeZone, currency: installation.currency, batch: BATCH },
    hear: (keys, signal) => hearCustomers(config, keys, signal),
    onUntold: (tag) => untold.add(1, { tag }),
    onFault: onceAMinute((err) => logger.warn({ err }, 'tags wait')),
  })
  const measure = modelMetrics(telemetry, SCOPE)
  const grades = keepGrades({
    ...{ postgres, timeZone },
    onGraded: async () => measure(await readGrades(postgres, { scoring, timeZone })),
    onFault: onceAMinute((err) => logger.warn({ err }, 'grades wait')),
  })
  const engines = watchEngines({ tables: () => postgres.query('SELECT 1') })
  const readiness = engines.checks
  const http = createHttpServer({ logger, readiness, telemetry, scope: SCOPE })
  http.app.addHook('onClose', async () => engines.stop())
  securityHeaders(http.app)
  serveReference(http.app, INSIGHTS_REFERENCE)
  const streams = await apiRoutes(http.app, { wall: wallClock, ...ports }, config)
  const stop = async (): Promise<void> => {
    http.unready()
    await streams.stop()
    await http.stop()
    await grades.stop()
    await tags.stop()
    await tables.stop()
  }
  try {
    pageRoutes(http.app, await readPage(pageFolder))
    const howToChange = 'Set EBB_INSIGHTS_PORT to a free port'
    return { url: await http.listen({ host, port, howToChange }), stop }
  } catch (error) {
    // Whoever tries again needs the partitions.
    await stop()
    throw error
  }
}
