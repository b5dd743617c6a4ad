import { MessageError } from '@ebb/contracts/message-codec'
import { processorReject } from '@ebb/contracts/processor-reject'
import type { SourceSignal } from '@ebb/contracts/source-signal'
import { TRAFFIC } from '@ebb/contracts/topics'
import {
  COLLECTOR_KEY,
  type CollectorMinute,
  collectorMinuteCodec,
  type TrafficRecord,
  trafficCodec,
} from '@ebb/contracts/traffic-record'
import type { LogRecord } from '@ebb/streaming/event-log'
import type {
  Outcome,
  Output,
  ProcessorDefinition,
  Refusal,
} from '@ebb/streaming/processor-definition'
import { type JudgeState, NEW_JUDGE, onCollectorMinute, onTraffic } from './judge.ts'
import { packJudgeState, unpackJudgeState } from './judge-state.ts'
import { sourceSignalOutput } from './source-signal-output.ts'

/** Consumer group and store of the judge of silent sources. */
export const HEARTBEAT_PROCESSOR = 'heartbeat'

/** The key of its one state. */
export const JUDGE_KEY = 'judge'

/** What it needs to know. */
interface HeartbeatSettings {
  /** IANA name: rhythms are by hour of the week of the shop. */
  readonly timeZone: string
  /** Of `ebb.events.v1`: each is told. */
  readonly eventPartitions: number
}

/** A collector whose clock runs ahead of the log by more would make the others look dead. */
const LEAD_LIMIT_MS = 60_000

/**
 * From traffic to signals: which source is silent, back or gone for good. The minutes that
 * collectors tell are its clock, for where none is told nothing can be said.
 */
export const heartbeatDefinition = (
  settings: HeartbeatSettings,
): ProcessorDefinition<JudgeState> => ({
  name: HEARTBEAT_PROCESSOR,
  input: TRAFFIC,
  stateKey: () => JUDGE_KEY,
  pack: packJudgeState,
  unpack: unpackJudgeState,
  tickAt: () => undefined,
  handle: (before = NEW_JUDGE, record) => handleTraffic(before, record, settings),
  rejection: (record, refusal, { partition }) =>
    processorReject({
      ...{ processor: HEARTBEAT_PROCESSOR, input: TRAFFIC, partition },
      ...{ record, refusal },
    }),
})

const handleTraffic = (
  before: JudgeState,
  record: LogRecord,
  { timeZone, eventPartitions }: HeartbeatSettings,
): Outcome<JudgeState> => {
  const message = readTraffic(record)
  if ('code' in message) return { refusal: message }
  const lead = message.minute - record.appendedAt
  if (lead > LEAD_LIMIT_MS) return { refusal: ahead(lead) }
  if ('source' in message) return changed(before, onTraffic(before, message))
  const { state, signals } = onCollectorMinute(before, message, timeZone)
  const outputs = signals.flatMap((signal) => toEvery(eventPartitions, signal))
  return { ...changed(before, state), outputs }
}

const readTraffic = ({ key, value }: LogRecord): TrafficRecord | CollectorMinute | Refusal => {
  try {
    return key === COLLECTOR_KEY ? collectorMinuteCodec.decode(value) : trafficCodec.decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    const message = `the traffic record cannot be read: ${error.message}; only collectors and features may write here`
    return { code: 'EBB_TRAFFIC_UNREADABLE', message }
  }
}

const ahead = (ms: number): Refusal => ({
  code: 'EBB_TRAFFIC_AHEAD',
  message: `the minute runs ${ms} ms ahead of its append time; set the clock of the collector`,
})

const changed = (before: JudgeState, state: JudgeState): Outcome<JudgeState> =>
  state === before ? {} : { state }

/** One output a partition: all that a partition does follows from its own log. */
const toEvery = (partitions: number, signal: SourceSignal): Output[] =>
  Array.from({ length: partitions }, (_, partition) => sourceSignalOutput(partition, signal))
