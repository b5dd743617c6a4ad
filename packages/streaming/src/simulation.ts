import type { EventLog, LogRecord, NewRecord } from './event-log.ts'
import { memoryEventLog } from './memory-event-log.ts'
import { memoryPartitionStore } from './memory-partition-store.ts'
import { numberedHeaders } from './numbered-producer.ts'
import type { PartitionStore } from './partition-store.ts'
import { runProcessor } from './processor.ts'
import type { ProcessorDefinition } from './processor-definition.ts'
import {
  COUNTER_TOPICS,
  PATIENCE_KEY,
  type SilenceCount,
  silenceCounter,
} from './silence-counter.ts'
import { type FaultPlan, faultyPorts, type SimulatedProcess } from './simulation-faults.ts'
import { type Scheduler, simulationScheduler } from './simulation-scheduler.ts'
import { stateCaches } from './state-cache.ts'

/** A bug that the simulation must catch; planted by adapters, never in the processor itself. */
export type PlantedBug = 'commit-before-publish' | 'missing-fence' | 'wall-clock-timers'

/** What a run leaves: two runs of one seed are equal in everything. */
export interface SimulationResult {
  /** Every step that the scheduler took, in order. */
  readonly trace: readonly string[]
  /** What the faulty run left. */
  readonly faulty: Aftermath
  /** What one process without any fault makes of the same log. */
  readonly clean: Aftermath
}

/** Final states, and per key the outputs as a consumer sees them that ignores known versions. */
export interface Aftermath {
  readonly states: Readonly<Record<string, string>>
  readonly outputs: readonly string[]
}

const PARTITIONS = 2
const STEPS = 260
const KEYS = 6
/** In steps of this a process can hold none of its states, some, or most. */
const CACHE_BYTES = 10_000
const TOPICS = Object.values(COUNTER_TOPICS).map((name) => ({ name, partitions: PARTITIONS }))
const INPUT = COUNTER_TOPICS.input

/**
 * Runs the silence counter for a few hundred seeded steps among crashes at every port call, calls
 * of unknown outcome, delays, copies, zombies, changes of owner and caches that are full; then lets one healthy process
 * finish, and folds the log that is left once more without faults.
 */
export const simulate = async (seed: number, bug?: PlantedBug): Promise<SimulationResult> => {
  const scheduler = simulationScheduler(seed)
  const log = memoryEventLog({ topics: TOPICS, now: scheduler.now })
  const store = memoryPartitionStore()
  const world: World = { scheduler, log, store, bug, processes: [], producer: producerState() }
  await startProcess(world)
  for (let step = 0; step < STEPS; step += 1) await takeStep(world)
  for (const process of world.processes) process.kill()
  world.scheduler.faultless()
  await finish(world)
  return {
    trace: scheduler.trace,
    faulty: await aftermath(log, store),
    clean: await foldWithoutFaults(log),
  }
}

interface World {
  readonly scheduler: Scheduler
  readonly log: EventLog
  readonly store: PartitionStore
  readonly bug: PlantedBug | undefined
  processes: SimulatedProcess[]
  readonly producer: ReturnType<typeof producerState>
}

const producerState = () => ({
  clock: 1,
  events: 0,
  sent: [[], []] as NewRecord[][],
})

const takeStep = async (world: World): Promise<void> => {
  const { scheduler } = world
  const dice = scheduler.random()
  if (dice < 0.16) await produce(world)
  else if (dice < 0.19) await startProcess(world)
  else if (dice < 0.21 && world.processes.length > 1) killOne(world)
  await scheduler.step()
  world.processes = world.processes.filter((process) => process.alive())
  if (world.processes.length === 0) await startProcess(world)
}

/** Some events, copies and ticks; a numbered producer sends old records again now and then. */
const produce = async ({ scheduler, log, producer }: World): Promise<void> => {
  const partition = scheduler.pick(PARTITIONS)
  const sent = producer.sent[partition]!
  const dice = scheduler.random()
  if (dice < 0.3) producer.clock += scheduler.pick(90)
  const fresh: NewRecord =
    dice < 0.3
      ? { key: '~tick', value: Buffer.from(`${producer.clock}`) }
      : dice > 0.95
        ? { key: PATIENCE_KEY, value: Buffer.from(`${40 + scheduler.pick(120)}`) }
        : eventRecord(
            partition,
            scheduler.pick(KEYS),
            dice < 0.36 ? 'poison' : `e${producer.events}`,
          )
  producer.events += 1
  const record: NewRecord = {
    ...fresh,
    headers: numberedHeaders({ producer: 'sim', sequence: sent.length + 1 }),
  }
  sent.push(record)
  const again = dice > 0.85 ? sent.slice(-scheduler.pick(sent.length) - 1) : [record]
  const unnumberedCopy = dice > 0.7 && dice < 0.75 ? [{ key: fresh.key, value: fresh.value }] : []
  await log.append({ topic: INPUT, partition }, [...again, ...unnumberedCopy])
  if (again[0] !== record) await log.append({ topic: INPUT, partition }, [record])
}

const eventRecord = (partition: number, key: number, id: string): NewRecord => ({
  key: `k${partition}-${key}`,
  value: Buffer.from(id),
})

const startProcess = async (world: World): Promise<void> => {
  const { scheduler, bug } = world
  const plan: FaultPlan = {
    deferOutputs: bug === 'commit-before-publish',
    unfenced: bug === 'missing-fence',
  }
  const ports = faultyPorts(world, plan)
  world.processes.push(ports.process)
  await runProcessor(definitionOf(world), ports, {
    caches: stateCaches(scheduler.pick(4) * CACHE_BYTES),
    onHalt: (error) => {
      scheduler.note(`halt ${error.code}`)
      ports.process.kill()
    },
    wait: () => ports.process.delay(),
    breathe: async () => {},
  })
}

const definitionOf = ({ scheduler, bug }: World): ProcessorDefinition<SilenceCount> =>
  bug === 'wall-clock-timers'
    ? {
        ...silenceCounter,
        tickAt: (record) =>
          silenceCounter.tickAt(record) === undefined ? undefined : scheduler.now(),
      }
    : silenceCounter

const killOne = ({ scheduler, processes }: World): void =>
  processes[scheduler.pick(processes.length)]!.kill()

const finish = async (world: World): Promise<void> => {
  await startProcess(world)
  while (!(await atEnd(world.log, world.store))) await world.scheduler.step()
  for (const process of world.processes) process.kill()
}

const atEnd = async (log: EventLog, store: PartitionStore): Promise<boolean> => {
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const { end } = await log.read({ topic: INPUT, partition }, 0, 1)
    if (((await store.read(partition, [])).position?.offset ?? 0) < end) return false
  }
  return true
}

const foldWithoutFaults = async (left: EventLog): Promise<Aftermath> => {
  const log = memoryEventLog({ topics: TOPICS, now: () => 0 })
  const store = memoryPartitionStore()
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const from = { topic: INPUT, partition }
    await log.append(from, (await left.read(from, 0, 1e6)).records)
  }
  let halted: Error | undefined
  const running = await runProcessor(
    silenceCounter,
    { log, store },
    {
      onHalt: (error) => {
        halted = error
      },
    },
  )
  while (!(await atEnd(log, store)) && halted === undefined)
    await new Promise((resolve) => setImmediate(resolve))
  await running.stop()
  if (halted !== undefined) throw halted
  return aftermath(log, store)
}

const aftermath = async (log: EventLog, store: PartitionStore): Promise<Aftermath> => {
  const states: Record<string, string> = {}
  const outputs: string[] = []
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const { offset, record } = (await store.read(partition, [])).position!
    states[`~${partition}`] = `${offset} ${Buffer.from(record).toString('utf8')}`
    for await (const [key, bytes] of store.scan(partition))
      states[key] = Buffer.from(bytes).toString('utf8')
    for (const topic of [COUNTER_TOPICS.output, COUNTER_TOPICS.rejects])
      outputs.push(...distinct((await log.read({ topic, partition }, 0, 1e6)).records))
  }
  const sorted = Object.fromEntries(Object.entries(states).sort(([a], [b]) => (a < b ? -1 : 1)))
  return { states: sorted, outputs: outputs.sort() }
}

const distinct = (records: readonly LogRecord[]): string[] => [
  ...new Set(
    records.map(({ key, value, headers }) =>
      [key, headers['version'], headers['ce_id'], Buffer.from(value).toString('utf8')].join(' '),
    ),
  ),
]
