import type { NodeProcess } from '@ebb/testkit/node-process'
import { mustHold } from './check.ts'
import { ledger as newLedger } from './ledger.ts'
import { acquisitions, ownedBy } from './owned-partitions.ts'
import { handledBy, openPipelineView, type PipelineView } from './pipeline-view.ts'
import { comeToRest, endInOrder, untilCaughtUp } from './rest.ts'
import type { Report, ScenarioSettings, SharedEngines } from './scenario.ts'
import { type Shop, withShop } from './shop.ts'
import { shopTraffic } from './shop-traffic.ts'
import { storefront } from './storefront.ts'
import { until } from './until.ts'
import { verify } from './verify.ts'

const PARTITIONS = 6
const LOAD = { eventsPerSecond: 150, batch: 5, lanes: 10, seconds: 0 }

/** The living members of the two consumer groups, oldest first. */
interface Members {
  readonly features: NodeProcess[]
  readonly scorer: NodeProcess[]
}

const PROCESSORS = ['features', 'scorer'] as const

/**
 * Two feature services and two scorers share the partitions under load. A third of each joins, one
 * leaves (SIGTERM), one is killed (SIGKILL). Partitions move without a lost or doubled
 * effect, and no two owners publish different things under one version.
 */
export const rebalance = async (
  settings: ScenarioSettings,
  { brokers, redisUrl }: SharedEngines,
): Promise<Report> => {
  const place = { brokers, redisUrl, name: 'rebalance', partitions: PARTITIONS }
  return withShop(place, (shop) => runRebalance(shop, settings))
}

const runRebalance = async (
  shop: Shop,
  { isLong, rounds = isLong ? 5 : 1, say }: ScenarioSettings,
): Promise<Report> => {
  const members: Members = { features: [], scorer: [] }
  const all: NodeProcess[] = []
  const join = async (): Promise<void> => {
    const joining = PROCESSORS.map(async (name) => {
      const member = await shop.start(name)
      members[name].push(member)
      all.push(member)
    })
    await Promise.all(joining)
  }
  await Promise.all([shop.start('collector'), join(), join()])
  const view = await openPipelineView(shop)
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const traffic = shopTraffic({ seed: 'rebalance', now: Date.now() })
  try {
    await front.under({ ...LOAD, next: traffic.take }, async () => {
      for (let round = 1; round <= rounds; round += 1) {
        if (round > 1) await join()
        await untilShared(view, members)
        await change({ view, members, join, say })
      }
    })
    await untilCaughtUp(view, 'scorer', Date.now())
    const startFeatures = () => shop.start('features')
    await comeToRest(view, { features: members.features, scorers: members.scorer, startFeatures })
    const verdict = await verify(view, ledger)
    mustHold(verdict.atRisk > 0, 'no alert was raised: too few to tell')
    const moved = all.reduce((sum, member) => sum + acquisitions(member), 0)
    return { rounds, members: all.length, acquisitions: moved, ...verdict }
  } finally {
    await view.close()
  }
}

interface Meeting {
  readonly view: PipelineView
  readonly members: Members
  readonly join: () => Promise<void>
  readonly say: (line: string) => void
}

/** From two members over three and two to one. */
const change = async ({ view, members, join, say }: Meeting): Promise<void> => {
  await join()
  await untilShared(view, members)
  say('a third member of each group has joined')
  await endInOrder(PROCESSORS.map((name) => members[name].shift()!))
  await untilShared(view, members)
  say('the eldest have left')
  await Promise.all(PROCESSORS.map((name) => members[name].shift()!.kill('SIGKILL')))
  await untilShared(view, members)
  say('the next were killed')
}

/** Every partition has one living owner, every member owns some, and they work. */
const untilShared = async (view: PipelineView, members: Members): Promise<void> => {
  const before = await Promise.all(PROCESSORS.map((name) => handledBy(view, name)))
  await until({ what: 'all partitions to be owned by the members' }, async () => {
    const handled = await Promise.all(PROCESSORS.map((name) => handledBy(view, name)))
    const doWork = handled.every((count, i) => count > before[i]!)
    return doWork && PROCESSORS.every((name) => areShared(members[name]))
  })
}

const areShared = (members: readonly NodeProcess[]): boolean => {
  const owned = members.map((member) => [...ownedBy(member)])
  return owned.every((each) => each.length > 0) && owned.flat().length === PARTITIONS
}
