import type { NoticeListener } from '@ebb/streaming/engine-notice'
import type { PartitionListener } from '@ebb/streaming/event-log'
import type { EachBatchPayload } from 'kafkajs'
import { brokerAdvice } from './kafka-consumption-advice.ts'
import {
  type ConsumerSettings,
  forgetMembers,
  type OpenConsumer,
  openConsumer,
} from './kafka-consumption-client.ts'
import type { FetchedBatch } from './kafka-consumption-inflow.ts'
import { type OffsetRange, offsetRanges } from './kafka-consumption-ranges.ts'
import { type PartitionReader, partitionReader } from './kafka-consumption-reader.ts'

/** What a membership of a consumer group works with. */
export interface MemberSettings extends ConsumerSettings {
  readonly listener: PartitionListener
  readonly onNotice: NoticeListener
  /** Ends the membership when it aborts. */
  readonly stopping: AbortSignal
  /** The end of the last reader of each partition in this process, of earlier memberships too. */
  readonly readings: Map<number, Promise<void>>
  /** Member ids that could not leave the group; added to, and forgotten at the next opening. */
  readonly left: Set<string>
  readonly onJoined: () => void
  readonly onFailed: (error: Error) => void
}

/** One kafkajs consumer, which is thrown away when anything happens to it. */
export interface GroupMember {
  /** Resolves when it is over: to the fault, or to `undefined` when it was stopped. */
  readonly ended: Promise<Error | undefined>
  /** Leaves the group; when it was stopped, after the last batch and its advice. */
  leave(): Promise<void>
}

/** A batch holds its worker only while it waits for room. */
const WORKERS = 64

/**
 * Joins a consumer group. Resolves when the topic was seen; partitions come later. Throws
 * `EBB_TOPIC_MISSING`, or what kafkajs throws.
 *
 * The consumer only fetches: what it brings is queued, and every partition is handled in a loop of
 * its own. So kafkajs goes on with heartbeats and with the other partitions however long a batch
 * or an acquisition takes, and joins again at once when the group rebalances; the batches of the
 * generation before are aborted then.
 */
export const openGroupMember = async (settings: MemberSettings): Promise<GroupMember> => {
  const opened = await openConsumer(settings)
  await forgetMembers(opened, settings.group, settings.left)
  const { consumer } = opened
  const { CRASH, GROUP_JOIN, HEARTBEAT, REBALANCING, START_BATCH_PROCESS } = consumer.events
  const { promise: ended, resolve } = Promise.withResolvers<Error | undefined>()
  const over = new AbortController()
  const assignment = partitionAssignment(settings, opened, over.signal)
  const watch = sessionWatch(settings, assignment.isHeld, (error) => end(error))

  let memberId: string | undefined
  const end = (error?: Error): void => {
    if (!over.signal.aborted && error !== undefined && memberId !== undefined)
      settings.left.add(memberId)
    over.abort()
    watch.stop()
    assignment.revoke()
    if (error !== undefined) assignment.unadvised()
    resolve(error)
  }
  settings.stopping.addEventListener('abort', () => end(), { signal: over.signal })
  consumer.on(HEARTBEAT, watch.heard)
  consumer.on(REBALANCING, assignment.revoke)
  consumer.on(GROUP_JOIN, ({ payload }) => {
    memberId = payload.memberId
    watch.heard()
    assignment.renew(payload.memberAssignment[settings.topic] ?? [])
  })
  consumer.on(START_BATCH_PROCESS, ({ payload }) => assignment.skipEmpty(payload))
  consumer.on(CRASH, ({ payload }) => end(payload.error))
  const run = (): Promise<void> =>
    consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: WORKERS,
      eachBatch: assignment.queue,
    })
  if (settings.stopping.aborted) end()
  const running = over.signal.aborted ? undefined : run().catch(end)
  return {
    ended,
    leave: async () => {
      // A consumer that is stopped while it joins for the first time would live on.
      await running
      if ((await ended) === undefined) await assignment.advised()
      await consumer.disconnect()
    },
  }
}

/** The partitions that the group gave to a consumer, generation by generation. */
const partitionAssignment = (
  settings: MemberSettings,
  { consumer, cluster }: OpenConsumer,
  over: AbortSignal,
) => {
  const { topic, onNotice, readings } = settings
  let readers: ReadonlyMap<number, PartitionReader> = new Map()
  const advice = brokerAdvice(
    (offsets) => consumer.commitOffsets(commitsOf(topic, offsets)),
    (error) => onNotice({ message: `could not advise offsets of ${settings.group}`, error }),
  )
  const hold = (partitions: readonly number[]): void =>
    whileItRuns(() => consumer.pause([{ topic, partitions: [...partitions] }]))
  const release = (partition: number): void =>
    whileItRuns(() => consumer.resume([{ topic, partitions: [partition] }]))
  const ranges = async (
    partitions: readonly number[],
  ): Promise<ReadonlyMap<number, OffsetRange>> => {
    try {
      return await offsetRanges(cluster, topic, partitions)
    } catch (error) {
      // Not needed for safety: nothing that lies elsewhere than due is ever handed on.
      onNotice({ message: `could not ask for the offsets of ${topic}`, error: error as Error })
      return new Map()
    }
  }
  const revoke = (): void => {
    const revoked = readers
    readers = new Map()
    hold([...revoked.keys()])
    for (const reader of revoked.values()) reader.takeAway()
  }
  const open = (
    partition: number,
    atJoin: Promise<ReadonlyMap<number, OffsetRange>>,
  ): PartitionReader => {
    const reader = partitionReader({
      topic,
      partition,
      listener: settings.listener,
      feed: {
        fetchFrom: (offset) => {
          whileItRuns(() => consumer.seek({ topic, partition, offset: `${offset}` }))
          release(partition)
        },
        hold: () => hold([partition]),
        release: () => release(partition),
      },
      advise: (offset) => {
        if (settings.stopping.aborted || readers.has(partition)) advice.note(partition, offset)
      },
      range: async () => (await ranges([partition])).get(partition),
      rangeAtJoin: atJoin.then((offsets) => offsets.get(partition)),
      before: readings.get(partition) ?? Promise.resolve(),
      failed: settings.onFailed,
    })
    readings.set(partition, reader.done)
    return reader
  }
  return {
    isHeld: () => readers.size > 0,
    revoke,
    /** Called while nothing of the new generation was fetched: all is held until sought. */
    renew: (partitions: readonly number[]): void => {
      revoke()
      hold(partitions)
      if (over.aborted) return
      advice.forget()
      settings.onJoined()
      const atJoin = ranges(partitions)
      readers = new Map(partitions.map((partition) => [partition, open(partition, atJoin)]))
    },
    queue: async ({ batch, isStale, resolveOffset }: EachBatchPayload): Promise<void> => {
      const reader = readers.get(batch.partition)
      if (reader === undefined || isStale()) return
      if (!reader.offer(batch as FetchedBatch)) return
      resolveOffset(batch.lastOffset())
      await reader.room()
    },
    /** kafkajs steps over a batch without records by itself, and says so by this event only. */
    skipEmpty: (batch: EmptyBatch): void => {
      if (batch.batchSize === 0)
        readers.get(batch.partition)?.skip(batch.firstOffset, batch.lastOffset)
    },
    unadvised: advice.forget,
    /** Resolves when all batches have ended and what they resolved to was advised. */
    advised: async (): Promise<void> => {
      await Promise.all(readings.values())
      await advice.flush()
    },
  }
}

interface EmptyBatch {
  readonly partition: number
  readonly batchSize: number
  readonly firstOffset: string | null
  readonly lastOffset: string
}

const commitsOf = (topic: string, offsets: ReadonlyMap<number, number>) =>
  [...offsets].map(([partition, offset]) => ({ topic, partition, offset: `${offset}` }))

/** kafkajs throws where its consumer is over; its CRASH event says so, too. */
const whileItRuns = (call: () => void): void => {
  try {
    call()
  } catch {
    // Nothing is fetched any more, so nothing needs to be steered.
  }
}

/**
 * Ends a membership that cannot be one any more because no heartbeat was answered for a session:
 * kafkajs tells of an expired session only after it has joined again.
 */
const sessionWatch = (
  { sessionTimeoutMs, heartbeatIntervalMs, group }: MemberSettings,
  isHeld: () => boolean,
  onLost: (error: Error) => void,
) => {
  let heardAt = performance.now()
  const look = (): void => {
    if (isHeld() && performance.now() - heardAt > sessionTimeoutMs)
      onLost(new Error(`no heartbeat of ${group} was answered for ${sessionTimeoutMs} ms`))
  }
  const timer = setInterval(look, heartbeatIntervalMs)
  return {
    heard: (): void => {
      heardAt = performance.now()
    },
    stop: () => clearInterval(timer),
  }
}
