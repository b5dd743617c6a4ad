import { type FaultProxy, startFaultProxy } from '@ebb/testkit/fault-proxy'
import { mustHold } from './check.ts'
import { ledger as newLedger } from './ledger.ts'
import type { NodeProcess } from './node-process.ts'
import { acquisitions, ownedBy, staleWrites } from './owned-partitions.ts'
import { openPipelineView, type PipelineView, standingsOf } from './pipeline-view.ts'
import { comeToRest, untilCaughtUp } from './rest.ts'
import type { Report, ScenarioSettings, SharedEngines } from './scenario.ts'
import { type Shop, withShop } from './shop.ts'
import { shopTraffic } from './shop-traffic.ts'
import { storefront } from './storefront.ts'
import { until } from './until.ts'
import { verify } from './verify.ts'

const PARTITIONS = 4
const LOAD = { eventsPerSecond: 100, batch: 5, lanes: 10, seconds: 0 }

/**
 * R6: of two feature services under load, one is stopped (SIGSTOP) with writes on their way to Redis
 * that do not arrive, for longer than its session lasts. When the other has taken its partitions
 * over, the writes arrive, and the stopped one goes on (SIGCONT). No stale write is applied, and
 * nothing is published that the log does not imply.
 */
export const zombie = async (
  settings: ScenarioSettings,
  { brokers, redisUrl }: SharedEngines,
): Promise<Report> => {
  const { host } = new URL(redisUrl)
  const proxy = await startFaultProxy({ target: host })
  try {
    const place = { brokers, redisUrl, name: 'zombie', partitions: PARTITIONS }
    return await withShop(place, (shop) => runZombie(shop, proxy, settings))
  } finally {
    await proxy.close()
  }
}

const runZombie = async (
  shop: Shop,
  proxy: FaultProxy,
  { isLong, rounds = isLong ? 5 : 1, say }: ScenarioSettings,
): Promise<Report> => {
  await shop.start('collector')
  const scorer = await shop.start('scorer')
  const sleeper = await shop.start('features', { EBB_REDIS: `redis://${proxy.address}` })
  const other = await shop.start('features')
  await until({ what: 'both feature services to own partitions' }, () =>
    [sleeper, other].every((service) => ownedBy(service).size > 0),
  )
  const view = await openPipelineView(shop)
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const traffic = shopTraffic({ seed: 'zombie', now: Date.now() })
  try {
    const taken = await front.under({ ...LOAD, next: traffic.take }, async () => {
      let partitions = 0
      for (let round = 1; round <= rounds; round += 1) {
        partitions += await fallAsleep({ view, proxy, sleeper, other })
        say(`round ${round}: taken over and back again`)
      }
      return partitions
    })
    await untilCaughtUp(view, 'scorer', Date.now())
    const startFeatures = () => shop.start('features')
    await comeToRest(view, { features: [sleeper, other], scorers: [scorer], startFeatures })
    const verdict = await verify(view, ledger)
    mustHold(verdict.atRisk > 0, 'no alert was raised: too few to tell')
    const stale = staleWrites(sleeper)
    mustHold(stale > 0, 'no write of the zombie came late')
    return { rounds, partitionsTakenOver: taken, staleWrites: stale, ...verdict }
  } finally {
    await view.close()
  }
}

interface Bedroom {
  readonly view: PipelineView
  readonly proxy: FaultProxy
  readonly sleeper: NodeProcess
  readonly other: NodeProcess
}

/** Resolves to the number of partitions that were taken over, when the sleeper owns some again. */
const fallAsleep = async ({ view, proxy, sleeper, other }: Bedroom): Promise<number> => {
  await until({ what: 'the sleeper to own partitions' }, () => ownedBy(sleeper).size > 0)
  const its = [...ownedBy(sleeper)]
  proxy.stall('requests')
  // Its states stand still while the log goes on: it waits for an answer.
  const before = await standingsOf(view, 'features')
  await until({ what: 'writes on their way', everyMs: 50 }, async () => {
    const now = await standingsOf(view, 'features')
    return its.some((p) => now[p]!.offset === before[p]!.offset && now[p]!.end > before[p]!.end)
  })
  await sleeper.kill('SIGSTOP')
  await until({ what: 'the other to take over' }, async () => {
    const now = await standingsOf(view, 'features')
    return its.every((p) => ownedBy(other).has(p) && now[p]!.offset > before[p]!.end)
  })
  const acquiredBefore = acquisitions(sleeper)
  proxy.resume()
  await sleeper.kill('SIGCONT')
  await until(
    { what: 'the sleeper to be given partitions again' },
    () => acquisitions(sleeper) > acquiredBefore,
  )
  return its.length
}
