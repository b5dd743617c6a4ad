import { once } from 'node:events'
import { connect } from 'node:net'
import { startNativeRedis } from '@ebb/testkit/native-redis'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { mustHold } from './check.ts'
import { type Ledger, ledger as newLedger } from './ledger.ts'
import { lagOf, openPipelineView, type PipelineView } from './pipeline-view.ts'
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
 * R5: Redis is wiped under running services. Both processors end with `EBB_STATE_LOST`; `ebb
 * rebuild` makes the states again, with the digest of a fault-free run; the services take them, and
 * go on.
 */
export const redisWiped = async (
  settings: ScenarioSettings,
  { brokers }: Pick<SharedEngines, 'brokers'>,
): Promise<Report> => {
  const redis = await startNativeRedis()
  try {
    const place = { brokers, redisUrl: redis.url, name: 'wiped', partitions: PARTITIONS }
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
  const [, scorer] = services
  await looking(shop, 0, async (view) => {
    await untilCaughtUp(view, 'scorer', Date.now())
    // A state is missed only when a record comes, and a feature service that has ended sends none.
    await scorer!.kill('SIGSTOP')
    await front.post(traffic.take(1_000))
    await until({ what: 'features to read' }, async () => (await lagOf(view, 'scorer')) > 0)
  })
  await wipe(redisPort)
  say('Redis is wiped')
  await scorer!.kill('SIGCONT')
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

/** What `ebb rebuild --json` tells. */
interface Rebuilt {
  readonly generation: number
  readonly customers: number
  readonly statesDigest: string
}

const startProcessors = (shop: Shop): Promise<NodeProcess[]> =>
  Promise.all([shop.start('features'), shop.start('scorer')])

const looking = async <T>(
  shop: Shop,
  generation: number,
  look: (view: PipelineView) => Promise<T>,
): Promise<T> => {
  const view = await openPipelineView(shop, generation)
  try {
    return await look(view)
  } finally {
    await view.close()
  }
}

const wipe = async (port: number): Promise<void> => {
  const socket = connect(port, '127.0.0.1')
  socket.write('FLUSHALL\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  if (!answer.toString().startsWith('+OK')) throw new Error(`Redis was not wiped: ${answer}`)
}

const endsWithStateLost = async (service: NodeProcess): Promise<void> => {
  await until({ what: `the end of ${service.name}` }, () => !service.isRunning())
  const { code, signal } = await service.ended
  mustHold(code === 1, `${service.name} ended with ${code ?? signal}, not with 1`)
  const told = logOf(service).some(({ err }) => err?.code === 'EBB_STATE_LOST')
  mustHold(told, `${service.name} did not say EBB_STATE_LOST`)
}

/** Starts the services on the new generation; one more order is counted. */
const goOn = async (shop: Shop, ledger: Ledger, userId: string): Promise<Verdict> => {
  const [features, scorer] = await startProcessors(shop)
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  await front.post([order({ id: `${userId}-after`, userId, at: Date.now(), cents: 990 })])
  const services = { features: [features!], scorers: [scorer!] }
  return looking(shop, 1, async (view) => {
    await comeToRest(view, { ...services, startFeatures: () => shop.start('features') })
    return verify(view, ledger, 1)
  })
}
