import { EMBEDDED_PARTITIONS, EVENTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { countingServer, openBareServer } from './bare-server.ts'
import { requestBodies, startBenchCollector } from './bench-collector.ts'
import { BEGIN, BENCH_TOPICS, openBenchEngines } from './bench-shop.ts'
import type { Benchmark, Setting, Workload } from './benchmark.ts'

const CUSTOMERS = 2_000
/** One event alone costs as much as several in a batch. */
const SINGLES_SHARE = 0.25

interface Shape {
  readonly name: string
  readonly goal: string
  /** Events of one request. */
  readonly size: number
  /** Of the events of a round. */
  readonly share: number
}

const intakeOf = ({ name, goal, size, share }: Shape): Benchmark => {
  return {
    name,
    bodies: (_round, scale) =>
      requestBodies({
        name: 'visitor',
        events: scale.events * share,
        size,
        customers: CUSTOMERS,
        popularity: 'uniform',
        sentAt: BEGIN,
      }),
    against: { name: 'bare Fastify, parses and discards', open: openBareServer },
    contestants: [
      { name: 'collector, log keeps nothing', open: openOnNothing },
      { name: 'collector, log on SQLite', goal, open: openOnSqlite },
    ],
  }
}

const now = (): number => BEGIN

const openOnNothing = async ({ folder }: Setting): Promise<Workload> => {
  let events = 0
  const log: EventLog = {
    ...memoryEventLog({ topics: BENCH_TOPICS, now }),
    append: async (_to, records) => {
      events += records.length
      return 0
    },
  }
  return countingServer(
    await startBenchCollector({ log, clock: { now }, folder }),
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
export const collectorBenchmarks: readonly Benchmark[] = [
  intakeOf({ name: 'collector, batches of 50', goal: '≥ 40 %', size: 50, share: 1 }),
  intakeOf({
    name: 'collector, single events',
    goal: '≥ 55 %',
    size: 1,
    share: SINGLES_SHARE,
  }),
]
