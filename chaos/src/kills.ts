import { setTimeout as wait } from 'node:timers/promises'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { mustHold } from './check.ts'
import { type Ledger, ledger as newLedger } from './ledger.ts'
import { handledBy, openPipelineView, type PipelineView } from './pipeline-view.ts'
import { comeToRest, untilCaughtUp } from './rest.ts'
import type { OwnEngines, Report, ScenarioSettings } from './scenario.ts'
import { type Shop, withShop } from './shop.ts'
import { returningOrders, shopTraffic } from './shop-traffic.ts'
import { type Storefront, storefront } from './storefront.ts'
import { until, untilMore } from './until.ts'
import { verify } from './verify.ts'

const FORMS = {
  short: { partitions: 4, eventsPerSecond: 500, seconds: 8, rounds: 1, returning: 40 },
  long: { partitions: 6, eventsPerSecond: 2_000, seconds: 60, rounds: 4, returning: 400 },
}

const BATCH = 10
const LANES = 20
/** Less than a collector waits for Kafka before it turns to its spool. */
const STANDSTILL_MS = 1_000

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
 * and started again. Kafka is killed twice: under living processors, and together with them. The
 * collector is killed while Kafka stands still, with requests that came since. Nothing acknowledged
 * is lost, nothing counts twice, states and alerts are those of a fault-free run over the same log.
 */
export const kills = async (settings: ScenarioSettings, engines: OwnEngines): Promise<Report> => {
  const form = { ...FORMS[settings.isLong ? 'long' : 'short'], ...settings }
  const { brokers } = engines.kafka
  const redisUrl = engines.redis.url
  const place = { brokers, redisUrl, name: 'kills', partitions: form.partitions }
  return withShop(place, (shop) => runKills(shop, engines, form))
}

type Form = ScenarioSettings & (typeof FORMS)['short']

const runKills = async (shop: Shop, engines: OwnEngines, form: Form): Promise<Report> => {
  const services = await startServices(shop)
  const view = await openPipelineView(shop)
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const traffic = shopTraffic({ seed: 'kills', now: Date.now() })
  const stage = { shop, services, view, ledger, front }
  const victims = victimsOf(stage, engines)
  try {
    const load = { ...form, batch: BATCH, lanes: LANES, next: traffic.take }
    const killed = await front.under(load, () => killInTurn(victims, stage, form))
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

type ServiceName = 'collector' | 'features' | 'scorer'

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
  /** Resolves when a kill would hit something. */
  ripe(): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
}

interface Stage {
  readonly shop: Shop
  readonly services: Record<ServiceName, NodeProcess>
  readonly view: PipelineView
  readonly ledger: Ledger
  readonly front: Storefront
}

/**
 * Whoever is killed without leaving its consumer group keeps its partitions for 10 s: they come
 * last.
 */
const victimsOf = (stage: Stage, engines: OwnEngines): readonly Victim[] => {
  const { services, view } = stage
  const { redis } = engines
  const ripe = () => untilUnderWay(stage.front)
  const service = (name: 'features' | 'scorer'): Victim => ({
    name,
    processes: 1,
    progress: () => handledBy(view, name),
    ripe,
    kill: () => services[name].kill('SIGKILL'),
    restart: starter(stage, name),
  })
  return [
    kafkaAlone(stage, engines),
    {
      name: 'redis',
      processes: 1,
      progress: () => handledBy(view, 'features'),
      ripe,
      kill: () => redis.kill('SIGKILL'),
      restart: redis.restart,
    },
    kafkaWithProcessors(stage, engines),
    collector(stage, engines),
    service('scorer'),
    service('features'),
  ]
}

const untilUnderWay = (front: Storefront): Promise<void> =>
  until({ what: 'a request under way', everyMs: 2 }, () => front.underWay() > 0)

const starter =
  ({ shop, services }: Stage, name: ServiceName) =>
  async (): Promise<void> => {
    services[name] = await shop.start(name)
  }

const kafkaAlone = ({ view, front }: Stage, { kafka }: Pick<OwnEngines, 'kafka'>): Victim => ({
  name: 'kafka',
  processes: 1,
  progress: () => handledBy(view, 'scorer'),
  ripe: () => untilUnderWay(front),
  kill: () => kafka.kill('SIGKILL'),
  restart: kafka.restart,
})

const PROCESSORS = ['features', 'scorer'] as const

const kafkaWithProcessors = (stage: Stage, { kafka }: Pick<OwnEngines, 'kafka'>): Victim => ({
  ...kafkaAlone(stage, { kafka }),
  name: 'kafka, with both processors',
  processes: 3,
  kill: async () => {
    await kafka.kill('SIGKILL')
    // What they were publishing stays unanswered, and what they did for it is not committed.
    await Promise.all(PROCESSORS.map((name) => stage.services[name].kill('SIGKILL')))
  },
  restart: async () => {
    await kafka.restart()
    await Promise.all(PROCESSORS.map((name) => starter(stage, name)()))
  },
})

/**
 * Killed when Kafka has answered nothing for a while: what it acknowledges then, it has to have
 * somewhere else.
 */
const collector = (stage: Stage, { kafka }: Pick<OwnEngines, 'kafka'>): Victim => ({
  name: 'collector',
  processes: 1,
  progress: stage.ledger.acknowledgedCount,
  ripe: async () => {
    await kafka.kill('SIGSTOP')
    await standStill(stage.front)
  },
  kill: async () => {
    await stage.services.collector.kill('SIGKILL')
    await kafka.kill('SIGCONT')
  },
  restart: starter(stage, 'collector'),
})

/** A collector that answers too early does so meanwhile; otherwise every lane waits in the end. */
const standStill = async (front: Storefront): Promise<void> => {
  const before = front.posted()
  await wait(STANDSTILL_MS)
  const isHit = front.underWay() === LANES || front.posted() > before
  mustHold(isHit, 'no request came while Kafka stood still')
}

const killInTurn = async (
  victims: readonly Victim[],
  stage: Stage,
  { rounds, say }: Form,
): Promise<Kill[]> => {
  const done: Kill[] = []
  for (let round = 1; round <= rounds; round += 1)
    for (const victim of victims) {
      await untilMore(`${victim.name} to do its work`, victim.progress)
      const kill = await killOne(victim, stage)
      say(`round ${round}: ${kill.victim} was down for ${kill.downMs} ms`)
      done.push(kill)
    }
  return done
}

const killOne = async (victim: Victim, { front, services }: Stage): Promise<Kill> => {
  const { name, processes } = victim
  await victim.ripe()
  const since = performance.now()
  const underWay = front.underWay()
  await victim.kill()
  await victim.restart()
  const gone = Object.values(services).filter((service) => !service.isRunning())
  mustHold(gone.length === 0, `${gone.map((service) => service.name)} ended with ${name}`)
  return { victim: name, processes, underWay, downMs: Math.round(performance.now() - since) }
}

const downTimes = (killed: readonly Kill[]): Report =>
  Object.fromEntries(
    [...Map.groupBy(killed, ({ victim }) => victim)].map(([victim, all]) => [
      `${victim} down, ms`,
      all.map(({ downMs }) => downMs).join(' '),
    ]),
  )
