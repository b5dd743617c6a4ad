import type { LogRecord, NewRecord, TopicPartition } from './event-log.ts'
import { HaltError } from './faults.ts'
import { type MessagingPlace, messagingStep } from './messaging-step.ts'
import { type BatchResult, batchRunner, type VersionedOutput } from './partition-batch.ts'
import {
  decodePartitionRecord,
  encodePartitionRecord,
  type PartitionRecord,
} from './partition-record.ts'
import type { Commit } from './partition-store.ts'
import { partitionOf } from './partitioner.ts'
import type { ProcessorDefinition } from './processor-definition.ts'
import type { ProcessorOptions, ProcessorPorts } from './processor-options.ts'
import { recentTraces } from './recent-traces.ts'
import { endingSteps, recordSteps } from './record-steps.ts'
import { AbortedError, type RetryOptions, retryTransient, waitFor } from './retry.ts'
import type { ScanStates } from './shared-value.ts'
import type { StateCaches } from './state-cache.ts'
import { timerQueue } from './timer-queue.ts'
import { NO_TRACER, TRACE_HEADER } from './tracing.ts'
import { VERSION_HEADER } from './version.ts'

/** One partition in the hands of one process. */
export interface PartitionOwner {
  /** Fences earlier owners, rebuilds the timers; resolves to the offset to begin at. */
  acquire(signal: AbortSignal): Promise<number>
  /** Handles a batch: publish, then commit. Resolves to the offset to go on at. */
  run(records: readonly LogRecord[], signal: AbortSignal): Promise<number>
  /** Another process has the partition now: gives its memory back. */
  release(): void
}

/** What `partitionOwner` needs to know. */
export interface OwnerSettings<State> {
  readonly definition: ProcessorDefinition<State>
  readonly ports: ProcessorPorts
  readonly options: ProcessorOptions
  readonly caches: StateCaches
  readonly partition: number
  readonly generation: number
  /** Consumer group, to ask what was advised. */
  readonly group: string
}

/** Longer than this nothing else in the process waits for a scan. */
const BREATH_MS = 20

/** The loop for one partition: acquire, then for each batch handle, publish, commit. */
export const partitionOwner = <State>(settings: OwnerSettings<State>): PartitionOwner => {
  const { ports, options, partition } = settings
  const { log, store } = ports
  const cache = settings.caches.open<State>()
  const timers = timerQueue()
  const recent = recentTraces()
  const { breathe = nextTurn } = options
  const runner = batchRunner({ ...settings, cache, timers, recent, breathe })
  let held: Held | undefined

  const retrying = (signal: AbortSignal): RetryOptions => ({
    signal,
    wait: options.wait ?? waitFor,
    onRetry: tellRetry(settings),
  })
  const load = async (owner: Held, keys: readonly string[]) => {
    const { epoch, position, states } = await store.read(partition, keys)
    if (epoch !== owner.epoch || position?.offset !== owner.expectedOffset) throw new FencedError()
    return states
  }
  const scan = async (owner: Held, signal: AbortSignal, each: EachState) => {
    await inSlices(store.scan(partition), { breathe, signal }, ([key, bytes]) => each(key, bytes))
    // What was scanned stands at our offset only if nobody has taken over meanwhile.
    await load(owner, [])
  }
  const rearm = async (owner: Held, signal: AbortSignal): Promise<void> => {
    timers.clear()
    recent.clear()
    await scan(owner, signal, (key, bytes) => runner.arm(key, bytes, owner.record))
  }
  const acquire = async (signal: AbortSignal): Promise<number> => {
    cache.clear()
    const owner = await retryTransient(() => takeOver(settings), retrying(signal))
    try {
      await retryTransient(() => rearm(owner, signal), retrying(signal))
    } catch (error) {
      return afterFence(error, signal)
    }
    held = owner
    const offset = owner.expectedOffset ?? 0
    const { clock } = owner.record
    options.observer?.acquired?.({ partition, offset, clock, nextDue: runner.nextDue(clock) })
    return offset
  }
  const publish = async (outputs: readonly VersionedOutput[], signal: AbortSignal) => {
    const groups = await retryTransient(() => groupOutputs(settings, outputs), retrying(signal))
    const send = ({ to, records }: OutputGroup) =>
      retryTransient(() => log.append(to, records), retrying(signal))
    await Promise.all(groups.map(send))
  }
  const afterFence = (error: unknown, signal: AbortSignal): Promise<number> => {
    if (!(error instanceof FencedError)) throw error
    options.observer?.fenced?.(partition)
    return acquire(signal)
  }
  const run = (records: readonly LogRecord[], signal: AbortSignal): Promise<number> => {
    if (held === undefined) throw new HaltError('EBB_PROCESSOR_FAILED', 'batch before acquire')
    return runAs(held, records, signal).catch((error) => afterFence(error, signal))
  }
  const runAs = async (before: Held, records: readonly LogRecord[], signal: AbortSignal) => {
    const loadOurs = (keys: readonly string[]) =>
      retryTransient(() => load(before, keys), retrying(signal))
    const scanOurs: ScanStates = (each) =>
      retryTransient(() => scan(before, signal, each), retrying(signal))
    const steps = recordSteps(options.tracer ?? NO_TRACER, placeOf(settings))
    const result = await endingSteps(steps, async () => {
      const sources = { load: loadOurs, scan: scanOurs, steps }
      const made = await runner.run(records, before.record, sources)
      await publish(made.outputs, signal)
      const outcome = await retryTransient(
        () => store.commit(partition, commitOf(made, before)),
        retrying(signal),
      )
      if (outcome === 'fenced') throw new FencedError()
      return made
    })
    held = { ...before, expectedOffset: result.offset, record: result.record }
    for (const [key, state] of result.states)
      cache.set(key, state, result.packed.get(key)?.length ?? 0)
    const { offset, record, copies } = result
    const progress = { partition, offset, records: records.length, clock: record.clock, copies }
    options.observer?.committed?.({ ...progress, nextDue: runner.nextDue(record.clock) })
    return offset
  }
  return { acquire, run, release: cache.clear }
}

type EachState = Parameters<ScanStates>[0]

interface Slicing {
  readonly breathe: () => Promise<void>
  readonly signal: AbortSignal
}

/**
 * Handles each; other work of the process runs in between. Throws `AbortedError` where nobody wants
 * the rest any more: there may be many, and each may have to be solved for its timer.
 */
const inSlices = async <T>(
  all: AsyncIterable<T>,
  { breathe, signal }: Slicing,
  handle: (each: T) => void,
): Promise<void> => {
  let breathedAt = performance.now()
  for await (const each of all) {
    if (signal.aborted) throw new AbortedError()
    handle(each)
    if (performance.now() - breathedAt < BREATH_MS) continue
    await breathe()
    breathedAt = performance.now()
  }
}

const commitOf = <State>(
  { packed: states, offset, record }: BatchResult<State>,
  { epoch, expectedOffset }: Held,
): Commit => {
  const position = { offset, record: encodePartitionRecord(record) }
  return { epoch, expectedOffset, states, position }
}

const placeOf = <State>(settings: OwnerSettings<State>): MessagingPlace => {
  const { definition, ports, partition, group } = settings
  return { log: ports.log, topic: definition.input, partition, group }
}

const tellRetry =
  <State>(settings: OwnerSettings<State>): RetryOptions['onRetry'] =>
  (error, attempt) => {
    const step = messagingStep('process', placeOf(settings))
    const { options, partition } = settings
    options.observer?.retrying?.({ partition, error, attempt, step })
  }

interface Held {
  readonly epoch: number
  /** Where the state stands; `undefined` before the first commit. */
  readonly expectedOffset: number | undefined
  readonly record: PartitionRecord
}

/** Another owner is there, or the store went back to an older state: acquire again. */
class FencedError extends Error {
  override readonly name = 'FencedError'
}

const takeOver = async <State>(settings: OwnerSettings<State>): Promise<Held> => {
  const { definition, ports, partition, generation } = settings
  const partitions = await ports.log.partitions(definition.input)
  const { epoch, position } = await ports.store.acquire(partition)
  if (position === undefined) {
    await refuseLostState(settings)
    const record = { clock: 0, generation, partitions, producers: {} }
    return { epoch, expectedOffset: undefined, record }
  }
  const record = decodePartitionRecord(position.record)
  if (record.partitions !== partitions)
    throw new HaltError(
      'EBB_TOPIC_PARTITIONS',
      `${definition.name}: the state was made with ${record.partitions} partitions of ` +
        `${definition.input}, which has ${partitions} now; give the topic that number again`,
    )
  await refuseLostLog(settings, position.offset)
  return { epoch, expectedOffset: position.offset, record: withShared(record, definition) }
}

/** Like what states were unpacked from: read once, by the version that runs. */
const withShared = <State>(
  record: PartitionRecord,
  { readShared }: ProcessorDefinition<State>,
): PartitionRecord =>
  record.shared === undefined || readShared === undefined
    ? record
    : { ...record, shared: readShared(record.shared) }

const refuseLostLog = async <State>(
  { definition, ports, partition }: OwnerSettings<State>,
  offset: number,
): Promise<void> => {
  const { end } = await ports.log.read({ topic: definition.input, partition }, offset, 0)
  if (offset <= end) return
  throw new HaltError(
    'EBB_LOG_LOST',
    `${definition.name}: the state of partition ${partition} stands at offset ${offset} of ` +
      `${definition.input}, which ends at ${end}; restore log and states from one backup`,
  )
}

const refuseLostState = async <State>({
  definition,
  ports,
  partition,
  group,
}: OwnerSettings<State>): Promise<void> => {
  const advised = await ports.log.advised(group, { topic: definition.input, partition })
  if (advised === 0) return
  throw new HaltError(
    'EBB_STATE_LOST',
    `${definition.name}: partition ${partition} has no state, but had been read up to offset ` +
      `${advised}; run \`ebb rebuild\`, or restore the state store from a backup`,
  )
}

interface OutputGroup {
  readonly to: TopicPartition
  readonly records: NewRecord[]
}

const groupOutputs = async <State>(
  { ports: { log }, definition }: OwnerSettings<State>,
  outputs: readonly VersionedOutput[],
): Promise<OutputGroup[]> => {
  const counts = new Map<string, number>()
  const groups = new Map<string, OutputGroup>()
  for (const output of outputs) {
    const { topic, key, value, id, version, traceparent } = output
    const count = counts.get(topic) ?? (await log.partitions(topic))
    counts.set(topic, count)
    const partition = output.partition ?? partitionOf(key, count)
    const name = `${topic}/${partition}`
    const group = groups.get(name) ?? { to: { topic, partition }, records: [] }
    groups.set(name, group)
    const headers = {
      ce_specversion: '1.0',
      ce_type: topic,
      ce_source: definition.name,
      ce_id: id,
      [VERSION_HEADER]: version,
      ...(traceparent !== undefined && { [TRACE_HEADER]: traceparent }),
    }
    group.records.push({ key, value, headers })
  }
  return [...groups.values()]
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
