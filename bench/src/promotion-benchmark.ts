import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { modelSignalRecord } from '@ebb/contracts/model-signal'
import { EMBEDDED_PARTITIONS, FEATURES } from '@ebb/contracts/topics'
import { readCdnow } from '@ebb/risk/grading/cdnow-fixture'
import { MS_PER_WEEK } from '@ebb/risk/models/order-rhythm'
import { onRhythm } from '@ebb/risk/silence/episode'
import { SCORER_PROCESSOR, scorerDefinition } from '@ebb/scorer/scorer-definition'
import { packScorerState, unpackScorerState } from '@ebb/scorer/scorer-state'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { OwnedEngines } from '@ebb/streaming/engines'
import { encodePartitionRecord } from '@ebb/streaming/partition-record'
import { runProcessor } from '@ebb/streaming/processor'
import { BEGIN, openBenchEngines } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale } from './benchmark.ts'

/** In one partition; 100,000 in a full run. */
const customersIn = ({ events }: Scale): number => events * 5

/** Fitted to another shop: every timer moves. */
const PROMOTED = {
  kind: 'mbg-nbd' as const,
  parameters: { r: 0.8, alpha: 9, a: 0.7, b: 2.2 },
}

const HISTORIES = readCdnow().map(({ calibration }) => calibration)

/** The state of a customer with the orders of one of CDNOW, none of them silent for long. */
const packedState = (customerId: string, place: number): Uint8Array => {
  const { frequency, recency } = HISTORIES[place % HISTORIES.length]!
  const lastAt = BEGIN - (place % 20) * 86_400_000
  const firstAt = lastAt - Math.round(recency * MS_PER_WEEK)
  const rhythm = { repeatDays: frequency, firstAt, lastAt, lastOrderId: `o${place}` }
  const { state: risk } = onRhythm(undefined, rhythm, {
    ...SHIPPED_SCORING,
    ...{ customerId, clock: BEGIN },
  })
  return packScorerState({
    ...{ seen: { generation: 0, offset: place, index: 0 }, userId: customerId.slice(2) },
    ...{ consent: {}, revenueMinor: 4_990, evidence: [], promotions: 0, source: 'storefront' },
    risk,
  })
}

const fill = async ({ store }: OwnedEngines, customers: number): Promise<void> => {
  const states = new Map<string, Uint8Array>()
  for (let place = 0; place < customers; place += 1)
    states.set(`u:${place}`, packedState(`u:${place}`, place))
  const scorer = store(SCORER_PROCESSOR)
  const { epoch } = await scorer.acquire(0)
  const kept = { clock: BEGIN, generation: 0, partitions: EMBEDDED_PARTITIONS, producers: {} }
  const position = { offset: 0, record: encodePartitionRecord(kept) }
  await scorer.commit(0, { epoch, expectedOffset: undefined, states, position })
}

/** What is timed of a round, in ms. */
type Timed = Readonly<Record<string, readonly number[]>>

const contestant = (
  name: string,
  begin: (engines: OwnedEngines) => Promise<{ run(): Promise<Timed>; stop(): Promise<void> }>,
): Contestant => ({
  name,
  open: async ({ folder, shared, scale }) => ({
    prepare: async (round) => {
      const copy = join(folder, `${round}`)
      cpSync(shared, copy, { recursive: true })
      const engines = await openBenchEngines(copy, () => BEGIN)
      const { run, stop } = await begin(engines)
      let timed: Timed = {}
      return {
        run: async () => {
          timed = await run()
          return customersIn(scale)
        },
        end: async () => {
          await stop()
          await engines.close()
          rmSync(copy, { recursive: true })
        },
        delaysMs: () => timed,
      }
    },
    close: async () => {},
  }),
})

const IN_FORCE = 'the commit of a promotion'
/** As long no heartbeat can leave. */
const LONGEST_TURN = 'the next turn of the loop meanwhile'

const timing = async (work: () => Promise<void>): Promise<Timed> => {
  const turns = monitorEventLoopDelay({ resolution: 5 })
  turns.enable()
  const begun = performance.now()
  await work()
  const took = performance.now() - begun
  turns.disable()
  return { [IN_FORCE]: [took], [LONGEST_TURN]: [turns.max / 1e6] }
}

const scan = contestant('scan and unpack all states', async ({ store }) => ({
  run: () =>
    timing(async () => {
      for await (const [, bytes] of store(SCORER_PROCESSOR).scan(0)) unpackScorerState(bytes)
    }),
  stop: async () => {},
}))

const promote = contestant('re-tier, and make all timers again', async ({ log, store }) => {
  const [acquired, committed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { stop } = await runProcessor(
    scorerDefinition(SHIPPED_SCORING),
    { log, store: store(SCORER_PROCESSOR) },
    {
      observer: {
        acquired: ({ partition }) => partition === 0 && acquired.resolve(),
        committed: ({ partition }) => partition === 0 && committed.resolve(),
      },
      // A benchmark cannot go on without its subject.
      onHalt: (error) => {
        throw error
      },
    },
  )
  await acquired.promise
  const signal = modelSignalRecord({ version: 'promoted', at: BEGIN, model: PROMOTED })
  return {
    run: () =>
      timing(async () => {
        await log.append({ topic: FEATURES, partition: 0 }, [signal])
        await committed.promise
      }),
    stop,
  }
})

/** All customers of a partition as another model sees them, against reading their states alone. */
export const promotionBenchmark: Benchmark = {
  name: 'promotion of a model',
  prepare: async ({ shared, scale }) => {
    const engines = await openBenchEngines(shared, () => BEGIN)
    await fill(engines, customersIn(scale))
    await engines.close()
  },
  against: scan,
  contestants: [{ ...promote, goals: { [IN_FORCE]: '≤ 3,000', [LONGEST_TURN]: '≤ 100' } }],
}
