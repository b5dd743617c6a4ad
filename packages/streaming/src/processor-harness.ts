import assert from 'node:assert/strict'
import type { EventLog, LogRecord, NewRecord } from './event-log.ts'
import type { HaltError } from './faults.ts'
import type { PartitionStore } from './partition-store.ts'
import { runProcessor } from './processor.ts'
import type { ProcessorDefinition } from './processor-definition.ts'
import type { ProcessorObserver } from './processor-options.ts'
import { runProcessorToEnd } from './run-to-end.ts'
import {
  COUNTER_TOPICS,
  PATIENCE_KEY,
  type SilenceCount,
  silenceCounter,
} from './silence-counter.ts'

/** A log with the topics of the silence counter (2 partitions each) and an empty store. */
export interface ProcessorHarness {
  readonly log: EventLog
  readonly store: PartitionStore
}

const PARTITIONS = [0, 1]
const { input, output } = COUNTER_TOPICS
/** An event of the silence counter; its value is its id. */
export const event = (key: string, id: string): NewRecord => ({ key, value: Buffer.from(id) })
/** A tick of its input. */
export const tick = (at: number): NewRecord => ({ key: '~tick', value: Buffer.from(`${at}`) })
/** How long silence takes from now on. */
export const patience = (of: number): NewRecord => ({
  key: PATIENCE_KEY,
  value: Buffer.from(`${of}`),
})
const noWait = async (): Promise<void> => {}

/** Appends to one partition of its input. */
export const send = (log: EventLog, partition: number, ...records: NewRecord[]) =>
  log.append({ topic: input, partition }, records)

/** All that was published to a topic, partition by partition. */
export const published = async (log: EventLog, topic = output): Promise<LogRecord[]> => {
  const slices = await Promise.all(
    PARTITIONS.map((partition) => log.read({ topic, partition }, 0, 10_000)),
  )
  return slices.flatMap(({ records }) => records)
}

/** The ids of published records. */
export const idsOf = (records: readonly LogRecord[]): string[] =>
  records.map((record) => record.headers['ce_id'] ?? '')

/** The state of a key, wherever it lies. */
export const countOf = async (
  store: PartitionStore,
  key: string,
): Promise<SilenceCount | undefined> => {
  for (const partition of PARTITIONS) {
    const [bytes] = (await store.read(partition, [key])).states
    if (bytes !== undefined) return silenceCounter.unpack(bytes)
  }
  return undefined
}

/** Runs a processor until its states stand at the end of the input, then stops it. */
export const runToEnd = (
  ports: ProcessorHarness,
  definition: ProcessorDefinition<SilenceCount> = silenceCounter,
  observer: ProcessorObserver = {},
): Promise<void> => runProcessorToEnd(definition, ports, { observer, wait: noWait })

/** Why the silence counter halts on these ports. */
export const haltOf = async ({ log, store }: ProcessorHarness): Promise<HaltError> => {
  const halted = Promise.withResolvers<HaltError>()
  const running = await runProcessor(silenceCounter, { log, store }, { onHalt: halted.resolve })
  const error = await halted.promise
  await running.stop()
  return error
}

/** The store of a process that dies at its nth commit: before it is written, or behind it. */
export const dyingStore = (
  inner: PartitionStore,
  when: 'before' | 'behind',
  nth = 1,
): PartitionStore => {
  let commits = 0
  return {
    ...inner,
    commit: async (partition, commit) => {
      commits += 1
      if (commits !== nth) return inner.commit(partition, commit)
      if (when === 'behind') await inner.commit(partition, commit)
      throw new Error('the process died')
    },
  }
}

/** The run ended as a process does that `dyingStore` killed. */
export const dies = async (run: Promise<void>): Promise<void> => {
  await assert.rejects(run, /the process died/)
}

/** Counts without a look at the ids, so that a state from the future shows. */
export const countBlindly: typeof silenceCounter.handle = (before, record, at) =>
  silenceCounter.handle(before && { ...before, seen: [] }, record, at)

/** Arms the timer of an event at the clock itself. */
export const announcesAtOnce: ProcessorDefinition<SilenceCount> = {
  ...silenceCounter,
  dueAt: ({ heardAt, announcedFor }) => (heardAt > announcedFor ? heardAt : undefined),
}
