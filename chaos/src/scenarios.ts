import { startNativeKafka } from '@ebb/testkit/native-kafka'
import { startNativePostgres } from '@ebb/testkit/native-postgres'
import { startNativeRedis } from '@ebb/testkit/native-redis'
import { type ProxiedKafka, startProxiedKafka } from '@ebb/testkit/proxied-kafka'
import { brokerAway } from './broker-away.ts'
import { kills } from './kills.ts'
import { lostResponses } from './lost-responses.ts'
import { rebalance } from './rebalance.ts'
import { redisWiped } from './redis-wiped.ts'
import type { AllEngines, OwnEngines, Report, ScenarioSettings, SharedEngines } from './scenario.ts'
import { stops } from './stops.ts'
import { zombie } from './zombie.ts'

/** A scenario with all that it needs. */
export type Run = (settings: ScenarioSettings) => Promise<Report>

/** Gives a scenario engines of its own. */
const onOwnEngines =
  (run: (settings: ScenarioSettings, engines: OwnEngines) => Promise<Report>): Run =>
  async (settings) => {
    const kafka = await startNativeKafka()
    const redis = await startNativeRedis()
    try {
      return await run(settings, { kafka, redis })
    } finally {
      await Promise.all([kafka.stop(), redis.stop()])
    }
  }

/** The same for one that kills none of them. */
const onQuietEngines = (
  run: (settings: ScenarioSettings, engines: SharedEngines) => Promise<Report>,
): Run =>
  onOwnEngines((settings, { kafka, redis }) =>
    run(settings, { brokers: kafka.brokers, redisUrl: redis.url }),
  )

/** The same with a PostgreSQL server. */
const onAllEngines =
  (run: (settings: ScenarioSettings, engines: AllEngines) => Promise<Report>): Run =>
  async (settings) => {
    const { url: postgresUrl, stop } = await startNativePostgres()
    const withRecords = onQuietEngines((form, engines) => run(form, { ...engines, postgresUrl }))
    return withRecords(settings).finally(stop)
  }

const onProxiedKafka =
  (run: (settings: ScenarioSettings, kafka: ProxiedKafka) => Promise<Report>): Run =>
  async (settings) => {
    const kafka = await startProxiedKafka()
    return run(settings, kafka).finally(kafka.stop)
  }

const SCENARIOS: ReadonlyMap<string, Run> = new Map([
  ['lost-responses', onProxiedKafka(lostResponses)],
  ['redis-wiped', onQuietEngines(redisWiped)],
  ['zombie', onQuietEngines(zombie)],
  ['rebalance', onQuietEngines(rebalance)],
  ['stops', onAllEngines(stops)],
  ['broker-away', onOwnEngines(brokerAway)],
  ['kills', onOwnEngines(kills)],
])

/** The short ones first. */
export const SCENARIO_NAMES: readonly string[] = [...SCENARIOS.keys()]

/** The scenarios of these names, the short ones first; all of them for none. Throws for others. */
export const chosenScenarios = (names: readonly string[]): readonly (readonly [string, Run])[] => {
  const unknown = names.filter((name) => !SCENARIOS.has(name))
  if (unknown.length > 0)
    throw new Error(`no scenario ${unknown}; there are ${SCENARIO_NAMES.join(', ')}`)
  return [...SCENARIOS].filter(([name]) => names.length === 0 || names.includes(name))
}
