import { wallClock } from '@ebb/runtime/clock'
import { createHttpServer } from '@ebb/runtime/http-server'
import { onceAMinute } from '@ebb/runtime/once-a-minute'
import { serveReference } from '@ebb/runtime/serve-reference'
import { counterOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import { NO_TELEMETRY } from '@ebb/runtime/telemetry/telemetry'
import { watchEngines } from '@ebb/runtime/watch-engines'
import { INSIGHTS_REFERENCE } from './api-operations.ts'
import { apiRoutes } from './api-routes.ts'
import { readGrades } from './grading/grades-page.ts'
import { keepGrades } from './grading/keep-grades.ts'
import { modelMetrics } from './grading/model-metrics.ts'
import type { InsightsConfig, InsightsPorts } from './insights-ports.ts'
import { readPage } from './page/page-files.ts'
import { pageRoutes } from './page/page-routes.ts'
import { securityHeaders } from './page/security-headers.ts'
import { keepReadModels, SCOPE } from './read-models.ts'
import { BATCH, hearCustomers } from './tags/hear-customers.ts'
import { keepTags } from './tags/tagger.ts'

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
