import { type FaultProxy, startFaultProxy } from '@ebb/testkit/fault-proxy'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { mustHold } from './check.ts'
import { type Ledger, ledger as newLedger } from './ledger.ts'
import { acquisitions, ownedBy, staleWrites } from './owned-partitions.ts'
import { openPipelineView, type PipelineView, standingsOf } from './pipeline-view.ts'
import { comeToRest, untilCaughtUp } from './rest.ts'
import type { Report, ScenarioSettings, SharedEngines } from './scenario.ts'
import { type Shop, withShop } from './shop.ts'
import { regularTraffic, shopTraffic } from './shop-traffic.ts'
import { storefront } from './storefront.ts'
import { until } from './until.ts'
import { verify } from './verify.ts'

const PARTITIONS = 4
const LOAD = { eventsPerSecond: 100, batch: 5, lanes: 10, seconds: 0 }

/** So few that all their states are in the memory of their owner: it commits without a read. */
const REGULARS = 20

/**
 * R6: of two feature services under load, one is stopped (SIGSTOP) with commits on their way to
 * Redis that do not arrive, for longer than its session lasts. When the other has taken its
 * partitions over, the commits arrive, and the stopped one goes on (SIGCONT). No stale write is
 * applied, and nothing is published that the log does not imply.
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
  const histories = shopTraffic({ seed: 'zombie', now: Date.now() }).take
  const traffic = { next: histories }
  const stage = { view, proxy, sleeper, other, ledger }
  const fallAsleep = async (round: number): Promise<number> => {
    traffic.next = regularTraffic(`regular-${round}`, REGULARS)
    await untilKnown(stage)
    const its = await stopWithCommits(stage)
    // The same customers again would write over what a stale commit spoils.
    traffic.next = histories
    await wakeUp(stage, its)
    say(`round ${round}: ${its.length} partitions were taken over`)
    return its.length
  }
  try {
    const taken = await front.under({ ...LOAD, next: (n) => traffic.next(n) }, async () => {
      let partitions = 0
      for (let round = 1; round <= rounds; round += 1) partitions += await fallAsleep(round)
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

interface Stage {
  readonly view: PipelineView
  readonly proxy: FaultProxy
  readonly sleeper: NodeProcess
  readonly other: NodeProcess
  readonly ledger: Ledger
}

/** Resolves when the owners have seen every regular, and nobody else for a while. */
const untilKnown = async ({ view, ledger, sleeper }: Stage): Promise<void> => {
  await until({ what: 'the sleeper to own partitions' }, () => ownedBy(sleeper).size > 0)
  const wanted = ledger.acknowledgedCount() + 10 * REGULARS
  await until({ what: 'the regulars to be heard' }, () => ledger.acknowledgedCount() > wanted)
  const heard = await standingsOf(view, 'features')
  await until({ what: 'the regulars to be known' }, async () => {
    const now = await standingsOf(view, 'features')
    return now.every(({ offset }, partition) => offset >= heard[partition]!.end)
  })
}

/** Resolves to the partitions of the sleeper, when it is stopped with commits on their way. */
const stopWithCommits = async (stage: Stage): Promise<readonly number[]> => {
  const { view, proxy, sleeper, ledger } = stage
  const its = [...ownedBy(sleeper)]
  proxy.stall('requests')
  // Its states stand still while the log goes on: it waits for an answer.
  const before = await standingsOf(view, 'features')
  await until({ what: 'commits on their way', everyMs: 50 }, async () => {
    const now = await standingsOf(view, 'features')
    return its.every((p) => now[p]!.offset === before[p]!.offset && now[p]!.end > before[p]!.end)
  })
  // The regulars go on: what waits is older than what the other will make of them.
  const wanted = ledger.acknowledgedCount() + 3 * REGULARS
  await until({ what: 'more of the regulars' }, () => ledger.acknowledgedCount() > wanted)
  await sleeper.kill('SIGSTOP')
  return its
}

/** Lets the commits arrive when the other owns all, and wakes the sleeper. */
const wakeUp = async (
  { view, proxy, sleeper, other }: Stage,
  its: readonly number[],
): Promise<void> => {
  const before = await standingsOf(view, 'features')
  await until({ what: 'the other to take over' }, async () => {
    const now = await standingsOf(view, 'features')
    return its.every((p) => ownedBy(other).has(p) && now[p]!.offset > before[p]!.end)
  })
  const acquired = acquisitions(sleeper)
  proxy.resume()
  await sleeper.kill('SIGCONT')
  const what = 'the sleeper to be given partitions again'
  await until({ what }, () => acquisitions(sleeper) > acquired)
}
