import type { EventLog } from './event-log.ts'
import { TransientError } from './faults.ts'
import type { PartitionStore } from './partition-store.ts'
import type { ProcessorPorts } from './processor-options.ts'
import { COUNTER_TOPICS } from './silence-counter.ts'
import type { Scheduler } from './simulation-scheduler.ts'

/** Bugs that the adapters of a simulated process have on purpose. */
export interface FaultPlan {
  /** Says that outputs are durable, and writes them only behind the next commit. */
  readonly deferOutputs: boolean
  /** Commits whatever epoch and offset stand in the store. */
  readonly unfenced: boolean
}

/** A process of the simulation. */
export interface SimulatedProcess {
  alive(): boolean
  /** SIGKILL: no call of it ever answers again. */
  kill(): void
  /** A wait that ends when the scheduler wants it to. */
  delay(): Promise<void>
}

/** What a simulated process runs on. */
export interface SimulatedWorld {
  readonly scheduler: Scheduler
  readonly log: EventLog
  readonly store: PartitionStore
}

const CRASH = 0.02
const FAIL_BEFORE = 0.05
const FAIL_BEHIND = 0.08

/** Ports of one process: every call waits for the scheduler, and may fail, hang or kill. */
export const faultyPorts = (
  world: SimulatedWorld,
  plan: FaultPlan,
): ProcessorPorts & { process: SimulatedProcess } => {
  const { scheduler } = world
  const name = scheduler.name()
  let living = true
  const process: SimulatedProcess = {
    alive: () => living,
    kill: () => {
      if (living) scheduler.note(`${name} killed`)
      living = false
      scheduler.drop(`${name} `)
    },
    delay: () => call('wait', async () => {}),
  }
  const call = <T>(what: string, perform: () => Promise<T>): Promise<T> => {
    const answer = Promise.withResolvers<T>()
    if (living)
      scheduler.enqueue({
        label: `${name} ${what}`,
        run: async () => {
          const fate = scheduler.fate()
          if (fate < CRASH / 2) return process.kill()
          if (fate >= CRASH && fate < FAIL_BEFORE) return answer.reject(unknownOutcome(what))
          const result = await perform()
          if (fate < CRASH) return process.kill()
          if (fate < FAIL_BEHIND && fate >= FAIL_BEFORE) return answer.reject(unknownOutcome(what))
          answer.resolve(result)
        },
      })
    return answer.promise
  }
  const deferred: (() => Promise<unknown>)[] = []
  return {
    process,
    log: faultyLog(world, call, plan.deferOutputs ? deferred : undefined),
    store: faultyStore(world.store, call, { ...plan, deferred }),
  }
}

type Call = <T>(what: string, perform: () => Promise<T>) => Promise<T>

const unknownOutcome = (what: string): TransientError =>
  new TransientError('EBB_SIMULATED_FAULT', what)

const faultyLog = (
  { log, scheduler }: SimulatedWorld,
  call: Call,
  deferred: (() => Promise<unknown>)[] | undefined,
): EventLog => ({
  system: log.system,
  partitions: log.partitions,
  advised: (group, from) => call(`advised ${from.partition}`, () => log.advised(group, from)),
  read: log.read,
  append: (to, records) =>
    call(`append ${to.topic}/${to.partition} ${records.length}`, async () => {
      if (deferred === undefined || to.topic === COUNTER_TOPICS.input)
        return log.append(to, records)
      deferred.push(() => log.append(to, records))
      return 0
    }),
  consume: (group, topic, listener) =>
    log.consume(group, topic, {
      ...listener,
      assigned: async (partition) => {
        await call(`assigned ${partition}`, async () => {})
        return listener.assigned(partition)
      },
      batch: async (partition, records, aborted) => {
        // A batch may be any part of what is there, so that every cut is met.
        const cut = await call(`batch ${partition}`, async () => 1 + scheduler.pick(records.length))
        return listener.batch(partition, records.slice(0, cut), aborted)
      },
    }),
})

const faultyStore = (
  store: PartitionStore,
  call: Call,
  { unfenced, deferred }: { unfenced: boolean; deferred: (() => Promise<unknown>)[] },
): PartitionStore => {
  const epochs = new Map<number, number>()
  const unfencedRead = async (partition: number, keys: readonly string[]) => ({
    ...(await store.read(partition, keys)),
    epoch: epochs.get(partition)!,
  })
  return {
    acquire: (partition) =>
      call(`acquire ${partition}`, async () => {
        const acquired = await store.acquire(partition)
        epochs.set(partition, acquired.epoch)
        return acquired
      }),
    read: (partition, keys) =>
      call(`read ${partition} ${keys.length}`, () =>
        (unfenced ? unfencedRead : store.read)(partition, keys),
      ),
    scan: (partition) => store.scan(partition),
    commit: (partition, commit) =>
      call(`commit ${partition} @${commit.position.offset}`, async () => {
        const held = unfenced ? await store.acquire(partition) : undefined
        const outcome = await store.commit(partition, {
          ...commit,
          ...(held && { epoch: held.epoch, expectedOffset: held.position?.offset }),
        })
        // A late append that fails is lost for good: that is the bug.
        for (const late of deferred.splice(0)) call('late append', late).catch(() => {})
        return outcome
      }),
  }
}
