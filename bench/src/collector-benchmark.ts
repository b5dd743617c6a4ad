import { EMBEDDED_PARTITIONS, EVENTS } from '@ebb/contracts/topics'
import { NO_TELEMETRY, type Telemetry } from '@ebb/runtime/telemetry/telemetry'
import type { EventLog } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { countingServer } from './bare-server.ts'
import { startBenchCollector } from './bench-collector.ts'
import { BEGIN, BENCH_TOPICS, openBenchEngines } from './bench-shop.ts'
import type { Benchmark, Setting, Workload } from './benchmark.ts'
import { BARE, BATCHES, bodiesOf, type IntakeShape, SINGLES } from './intake-shapes.ts'

const intakeOf = (shape: IntakeShape): Benchmark => ({
  name: `collector, ${shape.name}`,
  bodies: (_round, scale) => bodiesOf(shape, scale),
  against: BARE,
  contestants: [
    { name: 'collector, log keeps nothing', open: (setting) => openOnNothing(setting) },
    { name: 'collector, log on SQLite', open: openOnSqlite },
  ],
})

const now = (): number => BEGIN

/** A collector whose log keeps nothing: what it costs by itself. */
export const openOnNothing = async (
  { folder }: Setting,
  telemetry: Telemetry = NO_TELEMETRY,
): Promise<Workload> => {
  let events = 0
  const log: EventLog = {
    ...memoryEventLog({ topics: BENCH_TOPICS, now }),
    append: async (_to, records) => {
      events += records.length
      return 0
    },
  }
  return countingServer(
    await startBenchCollector({ log, clock: { now }, folder, telemetry }),
    async () => events,
  )
}

const openOnSqlite = async ({ folder }: Setting): Promise<Workload> => {
  const engines = await openBenchEngines(folder, now)
  const { target, stop } = await startBenchCollector({ log: engines.log, clock: { now }, folder })
  const stopAll = async (): Promise<void> => {
    await stop()
    await engines.close()
  }
  return countingServer({ target, stop: stopAll }, () => eventsIn(engines.log))
}

const eventsIn = async (log: EventLog): Promise<number> => {
  let events = 0
  for (let partition = 0; partition < EMBEDDED_PARTITIONS; partition += 1)
    events += (await log.read({ topic: EVENTS, partition }, 0, 0)).end
  return events
}

/** The HTTP intake against a handler that does nothing with what it parsed. */
export const collectorBenchmarks: readonly Benchmark[] = [intakeOf(BATCHES), intakeOf(SINGLES)]
