import type { NodeProcess } from '@ebb/testkit/node-process'
import { mustHold } from './check.ts'
import { type Ledger, ledger as newLedger } from './ledger.ts'
import { handledBy, openPipelineView, type PipelineView } from './pipeline-view.ts'
import { comeToRest, untilCaughtUp } from './rest.ts'
import type { OwnEngines, Report, ScenarioSettings } from './scenario.ts'
import { type ServiceName, type Shop, withShop } from './shop.ts'
import { returningOrders, shopTraffic } from './shop-traffic.ts'
import { type Storefront, storefront } from './storefront.ts'
import { until } from './until.ts'
import { verify } from './verify.ts'

const FORMS = {
  short: { partitions: 4, eventsPerSecond: 500, seconds: 8, rounds: 1, returning: 40 },
  long: { partitions: 6, eventsPerSecond: 2_000, seconds: 60, rounds: 4, returning: 400 },
} as const

const BATCH = 10
const LANES = 20

/** What a kill hit. */
interface Kill {
  readonly victim: string
  readonly processes: number
  /** Requests without an answer at that instant. */
  readonly underWay: number
  /** Until it was up again. */
  readonly downMs: number
}

/**
 * R1: during a paced load of backdated histories, Kafka, Redis, the collector, the scorer and the
 * feature service are killed by SIGKILL in turn, each when it has done work since the last kill,
 * and started again; while Kafka is away, both processors are killed, too. Nothing acknowledged is
 * lost, nothing counts twice, states and alerts are those of a fault-free run over the same log.
 */
export const kills = async (settings: ScenarioSettings, engines: OwnEngines): Promise<Report> => {
  const form = { ...FORMS[settings.isLong ? 'long' : 'short'], ...settings }
  const { brokers } = engines.kafka
  const redisUrl = engines.redis.url
  const place = { brokers, redisUrl, name: 'kills', partitions: form.partitions }
  return withShop(place, (shop) => runKills(shop, engines, form))
}

type Form = ScenarioSettings &
  Pick<(typeof FORMS)['short' | 'long'], 'eventsPerSecond' | 'seconds' | 'returning'> & {
    readonly rounds: number
  }

const runKills = async (shop: Shop, engines: OwnEngines, form: Form): Promise<Report> => {
  const services = await startServices(shop)
  const view = await openPipelineView(shop)
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const traffic = shopTraffic({ seed: 'kills', now: Date.now() })
  const victims = victimsOf({ shop, services, view, ledger }, engines)
  try {
    const load = { ...form, batch: BATCH, lanes: LANES, next: traffic.take }
    const killed = await front.under(load, () => killInTurn(victims, front, form))
    await untilCaughtUp(view, 'scorer', Date.now())
    await front.post(returningOrders(traffic.customers().slice(0, form.returning), Date.now()))
    await comeToRest(view, {
      features: [services.features],
      scorers: [services.scorer],
      startFeatures: () => shop.start('features'),
    })
    const verdict = await verify(view, ledger)
    mustHold(verdict.atRisk >= 100, `only ${verdict.atRisk} alerts were raised: too few to tell`)
    mustHold(verdict.recovered >= 10, `only ${verdict.recovered} customers recovered`)
    const total = (of: 'processes' | 'underWay') => killed.reduce((sum, kill) => sum + kill[of], 0)
    const hit = { processesKilled: total('processes'), requestsUnderWay: total('underWay') }
    return { ...hit, ...downTimes(killed), ...verdict }
  } finally {
    await view.close()
  }
}

const startServices = async (shop: Shop): Promise<Record<ServiceName, NodeProcess>> => {
  const [collector, features, scorer] = await Promise.all([
    shop.start('collector'),
    shop.start('features'),
    shop.start('scorer'),
  ])
  return { collector, features, scorer }
}

/** Something that is killed and started again. */
interface Victim {
  readonly name: string
  readonly processes: number
  /** Grows while it does its work. */
  progress(): Promise<number> | number
  kill(): Promise<void>
  restart(): Promise<void>
}

interface Stage {
  readonly shop: Shop
  readonly services: Record<ServiceName, NodeProcess>
  readonly view: PipelineView
  readonly ledger: Ledger
}

/**
 * Whoever is killed without leaving its consumer group keeps its partitions for 10 s: they come
 * last.
 */
const victimsOf = (
  { shop, services, view, ledger }: Stage,
  { kafka, redis }: OwnEngines,
): readonly Victim[] => {
  const killer = (name: ServiceName) => () => services[name].kill('SIGKILL')
  const starter = (name: ServiceName) => async () => {
    services[name] = await shop.start(name)
  }
  const service = (name: ServiceName, progress: Victim['progress']): Victim => ({
    name,
    processes: 1,
    progress,
    kill: killer(name),
    restart: starter(name),
  })
  const processors = ['features', 'scorer'] as const
  return [
    {
      name: 'kafka, with both processors',
      processes: 3,
      progress: () => handledBy(view, 'scorer'),
      kill: async () => {
        await kafka.kill('SIGKILL')
        // What they were publishing stays unanswered, and what they did for it is not committed.
        await Promise.all(processors.map((name) => killer(name)()))
      },
      restart: async () => {
        await kafka.restart()
        await Promise.all(processors.map((name) => starter(name)()))
      },
    },
    {
      name: 'redis',
      processes: 1,
      progress: () => handledBy(view, 'features'),
      kill: () => redis.kill('SIGKILL'),
      restart: redis.restart,
    },
    service('collector', ledger.acknowledgedCount),
    service('scorer', () => handledBy(view, 'scorer')),
    service('features', () => handledBy(view, 'features')),
  ]
}

const killInTurn = async (
  victims: readonly Victim[],
  front: Storefront,
  { rounds, say }: Form,
): Promise<Kill[]> => {
  const done: Kill[] = []
  for (let round = 1; round <= rounds; round += 1)
    for (const victim of victims) {
      await untilItWorks(victim)
      const kill = await killOne(victim, front)
      say(`round ${round}: ${kill.victim} was down for ${kill.downMs} ms`)
      done.push(kill)
    }
  return done
}

const untilItWorks = async ({ name, progress }: Victim): Promise<void> => {
  let before: number | undefined
  await until({ what: `${name} to do its work` }, async () => {
    before ??= await progress()
    return (await progress()) > before
  })
}

const killOne = async (victim: Victim, front: Storefront): Promise<Kill> => {
  await until({ what: 'a request under way', everyMs: 2 }, () => front.underWay() > 0)
  const since = performance.now()
  const underWay = front.underWay()
  await victim.kill()
  await victim.restart()
  const { name, processes } = victim
  return { victim: name, processes, underWay, downMs: Math.round(performance.now() - since) }
}

const downTimes = (killed: readonly Kill[]): Report =>
  Object.fromEntries(
    [...Map.groupBy(killed, ({ victim }) => victim)].map(([victim, all]) => [
      `${victim} down, ms`,
      all.map(({ downMs }) => downMs).join(' '),
    ]),
  )
