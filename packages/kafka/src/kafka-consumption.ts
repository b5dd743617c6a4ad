import type { NoticeListener } from '@ebb/streaming/engine-notice'
import type { Consumption, PartitionListener } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { waitFor } from '@ebb/streaming/retry'
import type { Kafka } from 'kafkajs'
import { type GroupMember, openGroupMember } from './kafka-consumption-member.ts'

/** What a consumption of one topic through a consumer group needs to know. */
export interface KafkaConsumptionSettings {
  readonly kafka: Kafka
  readonly group: string
  readonly topic: string
  readonly listener: PartitionListener
  readonly onNotice?: NoticeListener
  /** At least the broker's `group.min.session.timeout.ms` (6 s by default); 10 s by default. */
  readonly sessionTimeoutMs?: number
  /** Also how late a rebalance is noticed; 1 s by default. */
  readonly heartbeatIntervalMs?: number
}

const SESSION_TIMEOUT_MS = 10_000
const HEARTBEAT_INTERVAL_MS = 1_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 2_000
/** A broker that is away is not waited for longer when the consumption stops. */
const LEAVE_WITHIN_MS = 4_500

/**
 * Consumes a topic as one member of a consumer group. Every rebalance takes all partitions away
 * and assigns them again; a partition that others were given may still be in a last batch here,
 * which is aborted. Faults of the broker or of kafkajs are mended by a new membership, for ever,
 * with a notice each. A failure of the listener, `EBB_LOG_TRUNCATED` (records were deleted before
 * they were read) and `EBB_LOG_LOST` (the log ends before what was read of it) end the consumption
 * through `halted`.
 *
 * Resolves when the topic was seen, or when the broker was away at the first attempt. Throws
 * `EBB_TOPIC_MISSING`. `stop` waits for the last batch however long that takes, and for the broker
 * 4.5 s.
 */
export const kafkaConsumption = async (
  settings: KafkaConsumptionSettings,
): Promise<Consumption> => {
  const stopping = new AbortController()
  const readings = new Map<number, Promise<void>>()
  const left = new Set<string>()
  const halt = (error: Error): void => {
    if (stopping.signal.aborted) return
    stopping.abort()
    settings.listener.halted(error)
  }
  const supervision = supervisor(settings, stopping.signal, halt)
  const open = (): Promise<GroupMember> =>
    openGroupMember({
      ...settings,
      sessionTimeoutMs: settings.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      heartbeatIntervalMs: settings.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS,
      onNotice: settings.onNotice ?? (() => {}),
      stopping: stopping.signal,
      readings,
      left,
      onJoined: supervision.recovered,
      onFailed: halt,
    })
  const first = open()
  await first.catch((error: unknown) => {
    if (error instanceof HaltError) throw error
  })
  const over = supervision.run(first, open)
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(readings.values())
      const waited = new AbortController()
      await Promise.race([over, waitFor(LEAVE_WITHIN_MS, waited.signal)])
      waited.abort()
    },
  }
}

/** Puts a new membership in the place of one that broke, after waits that double up to 2 s. */
const supervisor = (
  { group, topic, onNotice }: KafkaConsumptionSettings,
  stopping: AbortSignal,
  halt: (error: Error) => void,
) => {
  let failures = 0
  const mend = async (error: Error): Promise<void> => {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS)
    failures += 1
    onNotice?.({ message: `${group} cannot read ${topic} for now, and joins again`, error })
    await waitFor(waitMs, stopping)
  }
  const run = async (first: Promise<GroupMember>, open: () => Promise<GroupMember>) => {
    for (let opening = first; ; opening = open()) {
      const error = await faultOf(opening, stopping)
      if (stopping.aborted || error === undefined) return
      if (error instanceof HaltError) return halt(error)
      await mend(error)
      if (stopping.aborted) return
    }
  }
  return {
    run,
    recovered: (): void => {
      failures = 0
    },
  }
}

const faultOf = async (
  opening: Promise<GroupMember>,
  stopping: AbortSignal,
): Promise<Error | undefined> => {
  try {
    const member = await opening
    const error = await member.ended
    const left = member.leave()
    // A consumer that broke is cleared away beside the next one: its broker may not answer.
    if (stopping.aborted) await left
    else left.catch(() => {})
    return error
  } catch (error) {
    return error as Error
  }
}
