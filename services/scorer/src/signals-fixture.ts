import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { type ModelSignal, modelSignalRecord } from '@ebb/contracts/model-signal'
import {
  SOURCE_SIGNAL_KEY,
  type SourceSignal,
  sourceSignalCodec,
} from '@ebb/contracts/source-signal'
import { tickRecord } from '@ebb/contracts/tick'
import { ALERTS, FEATURES, topicsOf } from '@ebb/contracts/topics'
import type { NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { dies, dyingStore } from '@ebb/streaming/processor-harness'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { stateCaches } from '@ebb/streaming/state-cache'
import fc from 'fast-check'
import { scorerDefinition } from './scorer-definition.ts'
import { alertIn, DAY_MS, featuresRecord, NOON, SETTINGS } from './scorer-fixture.ts'

/** What the log of a scorer's partition may hold; instants are made by `scriptOf`. */
export type Step =
  | { readonly do: 'tick'; readonly days: number }
  | { readonly do: 'order'; readonly customer: string; readonly source: string }
  | { readonly do: 'cancel'; readonly customer: string }
  | { readonly do: 'late'; readonly customer: string; readonly days: number }
  | { readonly do: 'visit'; readonly customer: string }
  | ({ readonly do: 'promote'; readonly isLate: boolean } & Promotable)
  | { readonly do: SourceSignal['kind']; readonly source: string; readonly days: number }

type Promotable = Pick<ModelSignal, 'model' | 'visits'>

const customer = fc.constantFrom('u:ann', 'u:bob')
const source = fc.constantFrom('till', 'till', 'web')
const model: fc.Arbitrary<ModelSignal['model']> = fc.constantFrom(
  { kind: 'mbg-nbd' as const, parameters: { r: 6, alpha: 2, a: 0.9, b: 1.6 } },
  { kind: 'mbg-nbd' as const, parameters: { r: 0.3, alpha: 9, a: 0.5, b: 3 } },
  { kind: 'bg-nbd' as const, parameters: { r: 1.5, alpha: 4, a: 0.9, b: 1.6 } },
)
/** Most visitors come weekly, or every other day. */
const visits = fc.constantFrom(undefined, { shape: 2, rate: 16 }, { shape: 3, rate: 6 })
const promotable: fc.Arbitrary<Promotable> = fc
  .tuple(model, visits)
  .map(([model, visits]) => ({ model, ...(visits && { visits }) }))
const tick = fc.record({
  do: fc.constant('tick' as const),
  days: fc.double({ min: 0, max: 30, noNaN: true }),
})

/** Some months of orders, some told late, promotions, and sources that fall silent and come back. */
export const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: tick },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('order' as const), customer, source }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), customer }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('late' as const), customer, days: fc.nat(200) }),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(promotable, fc.boolean())
        .map(([promoted, isLate]) => ({ do: 'promote' as const, isLate, ...promoted })),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('visit' as const), customer }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('silent' as const, 'silent' as const, 'back' as const, 'gone' as const),
        days: fc.nat({ max: 60 }),
        source,
      }),
    },
  ),
  { minLength: 10, maxLength: 60, size: 'max' },
)

/** Who orders seldom and comes often: visits have much to say. */
const KNOWS_VISITS: Promotable = {
  model: { kind: 'bg-nbd', parameters: { r: 1.5, alpha: 4, a: 0.9, b: 1.6 } },
  visits: { shape: 20, rate: 20 },
}
const days = (min: number, max: number) => fc.integer({ min, max })
const passing = (min: number, max: number): fc.Arbitrary<Step> =>
  days(min, max).map((some) => ({ do: 'tick', days: some }))
const promoting: fc.Arbitrary<Step> = model.map((of) => ({
  do: 'promote',
  model: of,
  isLate: false,
}))

/** One customer of one source: some orders, an outage of it, a promotion within or behind, late orders. */
export const anyOutage: fc.Arbitrary<Step[]> = fc
  .record({
    gaps: fc.array(days(1, 40), { minLength: 1, maxLength: 4 }),
    silence: passing(0, 90),
    held: passing(0, 60),
    isWithin: fc.boolean(),
    promotion: promoting,
    again: passing(0, 40),
    late: fc.array(days(1, 400), { maxLength: 3 }),
    released: fc.array(passing(1, 60), { minLength: 2, maxLength: 5 }),
  })
  .map(({ gaps, silence, held, isWithin, promotion, again, late, released }) => {
    const of = { customer: 'u:ann', source: 'till' }
    const source = { source: 'till', days: 1 }
    const back: Step = { do: 'back', ...source }
    return [
      { do: 'tick', days: 1 },
      ...gaps.flatMap((gap): Step[] => [
        { do: 'order', ...of },
        { do: 'tick', days: gap },
      ]),
      ...[silence, { do: 'silent' as const, ...source }, held],
      ...(isWithin ? [promotion, again, back] : [again, back, promotion]),
      ...late.flatMap((some): Step[] => [
        { do: 'late', days: some, ...of },
        { do: 'tick', days: 1 },
      ]),
      ...released,
    ]
  })

/** One customer by a model that knows visits: orders, an outage of their source, visits within and behind. */
export const anyVisitedOutage: fc.Arbitrary<Step[]> = fc
  .record({
    gaps: fc.array(days(1, 3), { minLength: 1, maxLength: 6 }),
    isBehind: fc.boolean(),
    silence: passing(0, 20),
    held: passing(1, 10),
    released: fc.array(passing(1, 9), { minLength: 2, maxLength: 6 }),
  })
  .map(({ gaps, isBehind, silence, held, released }): Step[] => {
    const of = { customer: 'u:ann', source: 'till' }
    const visit: Step = { do: 'visit', customer: 'u:ann' }
    const promotion: Step = { do: 'promote', isLate: false, ...KNOWS_VISITS }
    return [
      ...(isBehind ? [] : [promotion]),
      ...[
        { do: 'tick' as const, days: 1 },
        { do: 'order' as const, ...of },
      ],
      ...gaps.flatMap((some): Step[] => [visit, { do: 'tick', days: some }]),
      ...[silence, ...(isBehind ? [promotion] : [])],
      ...[{ do: 'silent' as const, source: 'till', days: 0 }, held, visit],
      ...[{ do: 'back' as const, source: 'till', days: 0 }, ...released],
    ]
  })

/** One record of a log, and what it says. */
export type Said =
  | { readonly kind: 'tick'; readonly at: number; readonly record: NewRecord }
  | { readonly kind: 'features'; readonly features: FeaturesRecord; readonly record: NewRecord }
  | { readonly kind: 'model'; readonly signal: ModelSignal; readonly record: NewRecord }
  | { readonly kind: 'source'; readonly signal: SourceSignal; readonly record: NewRecord }

/** What the log holds after these steps; each is said when its clock says so. */
export const scriptOf = (steps: readonly Step[]): Said[] => {
  const orders = new Map<string, { at: number; id: string; source: string }[]>()
  const visits = new Map<string, number[]>()
  const silent = new Map<string, number>()
  let clock = NOON
  let told = NOON
  return steps.map((step, i): Said => {
    if (step.do === 'tick') {
      clock += Math.round(step.days * DAY_MS)
      return { kind: 'tick', at: clock, record: tickRecord(clock) }
    }
    if (step.do === 'order' || step.do === 'cancel' || step.do === 'late' || step.do === 'visit') {
      const { customer: customerId } = step
      const all = orders.get(customerId) ?? []
      const seen = visits.get(customerId) ?? []
      orders.set(customerId, all)
      visits.set(customerId, seen)
      if (step.do === 'cancel') all.pop()
      else if (step.do === 'visit') seen.push(clock)
      else if (step.do === 'order') all.push({ at: clock, id: `o${i}`, source: step.source })
      else
        all.unshift({ at: (all[0]?.at ?? clock) - step.days * DAY_MS, id: `o${i}`, source: 'web' })
      const told = { ...rhythmOf(all), ...visitsOf(seen) }
      const features = { customerId, asOf: clock, windows: {}, ...told }
      return { kind: 'features', features, record: featuresRecord(features, i) }
    }
    if (step.do === 'promote') {
      const { do: _, isLate, ...promoted } = step
      const signal = { version: `v${i}`, at: isLate ? NOON - i : clock + i, ...promoted }
      return { kind: 'model', signal, record: modelSignalRecord(signal) }
    }
    told = Math.max(told + 1, clock)
    const since = silent.get(step.source) ?? told - step.days * DAY_MS
    if (step.do === 'silent') silent.set(step.source, since)
    else silent.delete(step.source)
    const list = [...silent].map(([source, since]) => ({ source, since }))
    const signal = { source: step.source, kind: step.do, at: told, since, silent: list }
    return { kind: 'source', signal, record: sourceRecord(signal) }
  })
}

const rhythmOf = (
  all: readonly { at: number; id: string; source: string }[],
): Pick<FeaturesRecord, 'rhythm'> => {
  const [first, last] = [all[0], all.at(-1)]
  if (first === undefined || last === undefined) return {}
  const { at: lastAt, id: lastOrderId, source } = last
  const repeatDays = daysOf(all.map(({ at }) => at)) - 1
  const rhythm = { repeatDays, firstAt: first.at, lastAt, lastOrderId, source }
  return { rhythm: { ...rhythm, orders: all.length } }
}

const visitsOf = (seen: readonly number[]): Pick<FeaturesRecord, 'visits'> => {
  const [firstAt, lastAt] = [seen[0], seen.at(-1)]
  if (firstAt === undefined || lastAt === undefined) return {}
  return { visits: { repeatDays: daysOf(seen) - 1, firstAt, lastAt } }
}

const daysOf = (instants: readonly number[]): number =>
  new Set(instants.map((at) => Math.floor(at / DAY_MS))).size

/** The record of a signal of a source. */
export const sourceRecord = (signal: SourceSignal): NewRecord => ({
  key: SOURCE_SIGNAL_KEY,
  value: sourceSignalCodec.encode(signal),
})

/** A scorer with one partition in memory; each run is another process. */
export const scorerInMemory = () => {
  const log = memoryEventLog({ topics: topicsOf(1), now: () => NOON + 10_000 * DAY_MS })
  const store = memoryPartitionStore()
  const definition = scorerDefinition(SETTINGS)
  /** Handles what is new; with `dying` the process dies at its first commit, and another one goes on. */
  const run = async (records: readonly NewRecord[], dying = false): Promise<void> => {
    await log.append({ topic: FEATURES, partition: 0 }, records)
    const caches = stateCaches(0)
    if (dying)
      await dies(
        runProcessorToEnd(definition, { log, store: dyingStore(store, 'before') }, { caches }),
      )
    await runProcessorToEnd(definition, { log, store }, { caches })
  }
  /** Every alert once, by id and version, in the order of the log. */
  const alerts = async () => {
    const { records } = await log.read({ topic: ALERTS, partition: 0 }, 0, 100_000)
    const known = new Map(records.map((each) => [each.headers['version'], each]))
    return [...known.values()].map(alertIn)
  }
  const states = async (): Promise<Record<string, string>> => {
    const { position } = await store.read(0, [])
    const all = { '~': Buffer.from(position?.record ?? []).toString() }
    for await (const [key, bytes] of store.scan(0))
      Object.assign(all, { [key]: Buffer.from(bytes).toString('base64') })
    return all
  }
  return { run, alerts, states }
}
