import { WINBACKS } from '@ebb/contracts/topics'
import type { WinbackRecord } from '@ebb/contracts/winback-record'
import { areWritten, openRecords, type Records, readBooks, triggerOf } from './books.ts'
import { mustHold } from './check.ts'
import { checkBooks } from './check-books.ts'
import { type CouponDesk, couponDesk } from './coupon-desk.ts'
import { type DashboardViewer, dashboardViewer } from './dashboard-viewer.ts'
import { type FiveServices, SERVICE_NAMES, startFiveServices } from './five-services.ts'
import { type Ledger, ledger as newLedger } from './ledger.ts'
import { handledBy, lagOf, openPipelineView, type PipelineView } from './pipeline-view.ts'
import { comeToRest, endInOrder, untilCaughtUp } from './rest.ts'
import type { AllEngines, Report, ScenarioSettings } from './scenario.ts'
import { hasLogged } from './service-log.ts'
import { type ServiceName, type Shop, withShop } from './shop.ts'
import { returningOrders, shopTraffic } from './shop-traffic.ts'
import { type Storefront, storefront } from './storefront.ts'
import { until, untilMore } from './until.ts'
import { verify } from './verify.ts'

const FORMS = {
  short: { partitions: 3, eventsPerSecond: 200, rounds: 1, returning: 20 },
  long: { partitions: 6, eventsPerSecond: 1_000, rounds: 8, returning: 200 },
}

const LOAD = { batch: 5, lanes: 20, seconds: 0 }
/** What a process has to end by itself. */
const STOP_WITHIN_MS = 10_000

/** How a process ended that was told to. */
interface Stop {
  readonly name: ServiceName
  readonly stopMs: number
  /** Requests to it without an answer when it was told, and those answered before it ended. */
  readonly underWay: number
  readonly answered: number
}

/**
 * R10: each of the five services is told to stop (SIGTERM) in turn, while events are posted, alerts
 * raised, coupons sent and redeemed, and the dashboard is looked at; each when it has work under way.
 * It ends by itself, with 0, within 10 s, and is started again. Nothing that was answered is lost,
 * nothing is done twice: states, alerts, decisions, coupons, budgets, and what the dashboard shows.
 */
export const stops = async (settings: ScenarioSettings, engines: AllEngines): Promise<Report> => {
  const form = { ...FORMS[settings.isLong ? 'long' : 'short'], ...settings }
  const place = { ...engines, name: 'stops', partitions: form.partitions }
  return withShop(place, (shop) => runStops(shop, form))
}

type Form = ScenarioSettings & (typeof FORMS)['short']

/** What is stopped, and who keeps it busy. */
interface Stage {
  readonly services: FiveServices
  readonly view: PipelineView
  readonly ledger: Ledger
  readonly front: Storefront
  readonly desk: CouponDesk
  readonly viewer: DashboardViewer
}

const runStops = async (shop: Shop, form: Form): Promise<Report> => {
  const services = await startFiveServices(shop)
  const view = await openPipelineView(shop)
  const records = await openRecords(shop)
  const ledger = newLedger()
  const front = storefront({ url: shop.collectorUrl, writeKey: shop.writeKey, ledger })
  const desk = couponDesk({
    ...{ url: services.retentionUrl, key: services.deskKey, look: newTriggers(view) },
  })
  const viewer = dashboardViewer(services.insightsUrl, services.viewerKey)
  const stage = { services, view, ledger, front, desk, viewer }
  try {
    const traffic = shopTraffic({ seed: 'stops', now: Date.now() })
    await until({ what: 'a viewer' }, () => viewer.streams() > 0)
    const load = { ...form, ...LOAD, next: traffic.take }
    const done = await front.under(load, () => Promise.race([stopInTurn(stage, form), desk.broken]))
    await untilCaughtUp(view, 'scorer', Date.now())
    await front.post(returningOrders(traffic.customers().slice(0, form.returning), Date.now()))
    await endAll(stage, records, () => shop.start('features'))
    const verdict = await verify(view, ledger)
    mustHold(verdict.atRisk >= 100, `only ${verdict.atRisk} alerts were raised: too few to tell`)
    const redeemed = desk.redeemed()
    const seen = viewer.seen()
    const books = checkBooks(await readBooks(view, records, { ledger, redeemed, seen }))
    mustHold(books.redeemed >= 20, `only ${books.redeemed} coupons were redeemed: too few to tell`)
    const repeated = { redemptionsRepeated: desk.repeated(), streams: viewer.streams() }
    return { stopped: done.length, ...stopTimes(done), ...verdict, ...books, ...repeated }
  } finally {
    await Promise.allSettled([desk.close(), viewer.close()])
    await view.close()
    await records.close()
  }
}

/** What came to `ebb.winbacks.v1` since the last look. */
const newTriggers = ({ log, partitions }: PipelineView) => {
  const next = Array.from({ length: partitions }, () => 0)
  return async (): Promise<WinbackRecord[]> => {
    const found: WinbackRecord[] = []
    for (const [partition, offset] of next.entries()) {
      const { records } = await log.read({ topic: WINBACKS, partition }, offset, 1_000)
      next[partition] = (records.at(-1)?.offset ?? offset - 1) + 1
      found.push(...records.map(triggerOf))
    }
    return found
  }
}

const stopInTurn = async (stage: Stage, { rounds, say }: Form): Promise<Stop[]> => {
  const done: Stop[] = []
  for (let round = 1; round <= rounds; round += 1)
    for (const name of SERVICE_NAMES) {
      const { progress, ripe } = workOf(stage, name)
      await untilMore(`${name} to do its work`, progress)
      await until({ what: `${name} to have work under way`, everyMs: 2 }, ripe)
      const stop = await stopOne(stage, name)
      say(`round ${round}: ${name} ended ${stop.stopMs} ms after SIGTERM`)
      done.push(stop)
      await stage.services.restart(name)
    }
  return done
}

/** What of a service grows while it works, and whether it has something under way. */
interface Work {
  readonly progress: () => Promise<number> | number
  readonly ripe: () => Promise<boolean> | boolean
}

const workOf = ({ view, ledger, front, desk, viewer }: Stage, name: ServiceName): Work => {
  const works: Record<ServiceName, Work> = {
    collector: { progress: ledger.acknowledgedCount, ripe: () => front.underWay() >= 3 },
    features: processorWork(view, 'features'),
    scorer: processorWork(view, 'scorer'),
    retention: { progress: desk.answered, ripe: () => desk.underWay() >= 2 },
    insights: { progress: () => viewer.seen().length, ripe: viewer.isLooking },
  }
  return works[name]
}

const processorWork = (view: PipelineView, name: 'features' | 'scorer'): Work => ({
  progress: () => handledBy(view, name),
  ripe: async () => (await lagOf(view, name)) > 0,
})

const stopOne = async (stage: Stage, name: ServiceName): Promise<Stop> => {
  const service = stage.services.running[name]
  const before = requestsTo(stage, name)
  const since = performance.now()
  await service.kill('SIGTERM')
  const stopMs = Math.round(performance.now() - since)
  const { code, signal } = await service.ended
  mustHold(code === 0, `${name} ended with ${code ?? signal}, ${stopMs} ms after SIGTERM`)
  mustHold(stopMs <= STOP_WITHIN_MS, `${name} took ${stopMs} ms to end`)
  mustHold(hasLogged(service, 'stopped'), `${name} ended before its steps to stop were done`)
  const answered = requestsTo(stage, name).answered - before.answered
  return { name, stopMs, underWay: before.underWay, answered }
}

/** Events and redemptions; what the viewer asks for is not counted. */
const requestsTo = ({ front, desk }: Stage, name: ServiceName) => {
  if (name === 'collector')
    return { underWay: front.underWay(), answered: front.answers().get('200') ?? 0 }
  if (name === 'retention') return { underWay: desk.underWay(), answered: desk.answered() }
  return { underWay: 0, answered: 0 }
}

/** Ends everything, when all that is in the log was handled by all. */
const endAll = async (
  { services, view, desk, viewer }: Stage,
  records: Records,
  startFeatures: () => Promise<FiveServices['running']['features']>,
): Promise<void> => {
  const { collector, features, scorer, retention, insights } = services.running
  await comeToRest(view, { features: [features], scorers: [scorer], startFeatures })
  await until({ what: 'retention and insights to catch up' }, () => areWritten(view, records))
  const listed = async (): Promise<number> =>
    (await records.insights.query<{ n: number }>('SELECT count(*) AS n FROM alerts'))[0]!.n
  await until(
    { what: 'the viewer to see every alert' },
    async () => new Set(viewer.seen()).size >= (await listed()),
  )
  await desk.close()
  await viewer.close()
  await endInOrder([collector, retention, insights])
}

const stopTimes = (done: readonly Stop[]): Report => {
  const total = (of: 'underWay' | 'answered') => done.reduce((sum, stop) => sum + stop[of], 0)
  return Object.fromEntries([
    ['longest stop, ms', Math.max(...done.map(({ stopMs }) => stopMs))],
    ...[...Map.groupBy(done, ({ name }) => name)].flatMap(([name, all]) => [
      [`${name} stopped in, ms`, all.map(({ stopMs }) => stopMs).join(' ')],
    ]),
    ['requests under way', total('underWay')],
    ['answered while stopping', total('answered')],
  ])
}
