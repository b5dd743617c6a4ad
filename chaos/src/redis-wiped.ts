import { once } from 'node:events'
import { connect } from 'node:net'
import { startNativeRedis } from '@ebb/testkit/native-redis'
import { mustHold } from './check.ts'
import { type Ledger, ledger as newLedger } from './ledger.ts'
import type { NodeProcess } from './node-process.ts'
import { openPipelineView, type PipelineView } from './pipeline-view.ts'
import { comeToRest, untilCaughtUp } from './rest.ts'
import type { Report, ScenarioSettings, SharedEngines } from './scenario.ts'
import { logOf } from './service-log.ts'
import { type Shop, withShop } from './shop.ts'
import { order, shopTraffic } from './shop-traffic.ts'
import { storefront } from './storefront.ts'
import { until } from './until.ts'
import { type Verdict, verify } from './verify.ts'

const PARTITIONS = 4
const BATCH = 10

/**
 * R5: Redis is wiped under running services. Both processors end with `EBB_STATE_LOST`; `ebb rebuild`
 * makes the states again, with the digest of a fault-free run; the services take them, and go on.
 */
export const redisWiped = async (
  settings: ScenarioSettings,
  { brokers }: Pick<SharedEngines, 'brokers'>,
): Promise<Report> => {
  const redis = await startNativeRedis()
  try {
    const place = { brokers, redisUrl: redis.url, namespace: 'wiped', partitions: PARTITIONS }
    return await withShop(place, (shop) => runWiped(shop, redis.port, settings))
  } finally {
    await redis.stop()
  }
}

const runWiped = async (
  shop: Shop,
  redisPort: number,
  { isLong, say }: ScenarioSettings,
): Promise<Report> => {
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const traffic = shopTraffic({ seed: 'wiped', now: Date.now() })
  const services = await startProcessors(shop)
  await shop.start('collector')
  const requests = isLong ? 5_000 : 100
  for (let n = 0; n < requests; n += 1) await front.post(traffic.take(BATCH))
  await looking(shop, 0, (view) => untilCaughtUp(view, 'scorer', Date.now()))
  await wipe(redisPort)
  say('Redis is wiped')
  // A state is missed when the next record comes.
  await front.post(traffic.take(1_000))
  await Promise.all(services.map(endsWithStateLost))
  const since = performance.now()
  const rebuilt = JSON.parse((await shop.command('rebuild', '--json')).at(-1)!) as Rebuilt
  const rebuildMs = Math.round(performance.now() - since)
  say(`rebuilt in ${rebuildMs} ms`)
  mustHold(rebuilt.generation === 1, `generation ${rebuilt.generation} is in force, not 1`)
  const atRebuild = await looking(shop, 1, (view) => verify(view, ledger, 1))
  mustHold(rebuilt.statesDigest === atRebuild.statesDigest, 'ebb rebuild told another digest')
  const after = await goOn(shop, ledger, traffic.customers()[0]!)
  return { rebuildMs, customers: rebuilt.customers, ...after }
}
