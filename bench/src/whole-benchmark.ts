import { tickRecord } from '@ebb/contracts/tick'
import { EMBEDDED_PARTITIONS, EVENTS } from '@ebb/contracts/topics'
import { PLAIN_ACTIVITY_MS } from '@ebb/features/features-definition'
import { openBareServer } from './bare-server.ts'
import { requestBodies, startBenchCollector } from './bench-collector.ts'
import { startProcessors } from './bench-processors.ts'
import { BEGIN, openBenchEngines } from './bench-shop.ts'
import type { Benchmark, Setting, Workload } from './benchmark.ts'

const CUSTOMERS = 2_000
const BATCH = 50

/** The shop's time in which the events of a round are sent, some time behind the last one's. */
const roundAt = (round: number): number => BEGIN + round * 2 * PLAIN_ACTIVITY_MS

const openWhole = async ({ folder, scale }: Setting): Promise<Workload> => {
  let instant = BEGIN
  const clock = { now: () => instant }
  const engines = await openBenchEngines(folder, clock.now)
  const processors = await startProcessors(engines, 'features and scorer')
  const collector = await startBenchCollector({ log: engines.log, clock, folder })
  const tickAll = async (at: number): Promise<void> => {
    for (let partition = 0; partition < EMBEDDED_PARTITIONS; partition += 1)
      await engines.log.append({ topic: EVENTS, partition }, [tickRecord(at)])
    await processors.reached(at)
  }
  return {
    target: collector.target,
    prepare: async (round) => {
      instant = roundAt(round)
      await tickAll(instant)
      return {
        run: async (load) => {
          await load()
          // What waits for its turn is told too. No tick may be ahead of the clock that stamps it.
          instant += PLAIN_ACTIVITY_MS
          await tickAll(instant)
          return scale.events
        },
      }
    },
    close: async () => {
      await collector.stop()
      await processors.stop()
      await engines.close()
    },
  }
}

/** Collector, features and scorer in one process, from the POST until the scorer is done. */
export const wholeBenchmark: Benchmark = {
  name: 'all in one process, batches of 50',
  bodies: (round, { events }) =>
    requestBodies({
      name: `round-${round}`,
      events,
      size: BATCH,
      customers: CUSTOMERS,
      popularity: 'uniform',
      sentAt: roundAt(round),
    }),
  against: { name: 'bare Fastify, parses and discards', open: openBareServer },
  contestants: [
    {
      name: 'collector, features and scorer',
      goal: '≥ 5,000/s, ≤ 400 MB',
      open: openWhole,
    },
  ],
}
