import { startNativeKafka } from '@ebb/testkit/native-kafka'
import { startNativeRedis } from '@ebb/testkit/native-redis'
import { brokerAway } from './broker-away.ts'
import { kills } from './kills.ts'
import { lostResponses } from './lost-responses.ts'
import { rebalance } from './rebalance.ts'
import { redisWiped } from './redis-wiped.ts'
import type { Report, ScenarioSettings, SharedEngines } from './scenario.ts'
import { zombie } from './zombie.ts'

/** A scenario with all that it needs. */
export type Run = (settings: ScenarioSettings) => Promise<Report>

/** Gives a scenario engines of its own, too. */
const onOwnEngines =
  (run: (settings: ScenarioSettings, engines: SharedEngines) => Promise<Report>): Run =>
  async (settings) => {
    const kafka = await startNativeKafka()
    const redis = await startNativeRedis()
    try {
      return await run(settings, { brokers: kafka.brokers, redisUrl: redis.url })
    } finally {
      await Promise.all([kafka.stop(), redis.stop()])
    }
  }

const SCENARIOS: ReadonlyMap<string, Run> = new Map([
  ['lost-responses', lostResponses],
  ['redis-wiped', onOwnEngines(redisWiped)],
  ['zombie', onOwnEngines(zombie)],
  ['rebalance', onOwnEngines(rebalance)],
  ['broker-away', brokerAway],
  ['kills', kills],
])

/** The scenarios of these names, the short ones first; all of them for none. Throws for others. */
export const chosenScenarios = (names: readonly string[]): readonly (readonly [string, Run])[] => {
  const unknown = names.filter((name) => !SCENARIOS.has(name))
  if (unknown.length > 0)
    throw new Error(`no scenario ${unknown}; there are ${[...SCENARIOS.keys()].join(', ')}`)
  return [...SCENARIOS].filter(([name]) => names.length === 0 || names.includes(name))
}
