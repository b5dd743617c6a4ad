import { setTimeout as wait } from 'node:timers/promises'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { Logger } from '@ebb/runtime/logger'
import type { EventLog, NewRecord } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { type RecordWriter, settleAll } from '../log-records.ts'
import { directAppends, noAnswer } from './direct-appends.ts'
import { drainSpool } from './drain-spool.ts'
import { handoverGate } from './handover-gate.ts'
import { knownTopics } from './known-topics.ts'
import { openSpool, type SpoolSettings } from './spool.ts'
import type { SpooledRecord } from './spool-frame.ts'
import { incidentReport } from './spool-incident.ts'

/** How a writer uses its spool. */
export interface SpoolingSettings extends SpoolSettings {
  /** The log counts as away when it does not acknowledge within so many ms; 2,000 unless given. */
  readonly patienceMs?: number
}

/** What a writer with a spool stands on. */
export interface SpoolingPorts {
  readonly log: EventLog
  readonly logger: Logger
}

const PATIENCE_MS = 2_000

/**
 * Opens a writer and its spool. Records go to the log while it answers. When it does not, all that
 * is under way and all that comes goes to the spool, which is drained in order as soon as the log
 * is back; what came meanwhile goes behind. Nothing is lost; what was under way when the log went
 * away, or when the process was killed, may be in the log twice. `write` throws `EBB_SPOOL_FULL`
 * where neither log nor spool takes the records. `close` leaves what waits for the next start.
 *
 * Opens without the log, too. Throws `EBB_TOPIC_MISSING` where the log says so, and what
 * `openSpool` throws.
 */
export const openSpoolingWriter = async (
  { log, logger }: SpoolingPorts,
  { patienceMs = PATIENCE_MS, ...settings }: SpoolingSettings,
): Promise<RecordWriter> => {
  const spool = await openSpool(settings, logger)
  const topics = knownTopics(log)
  const gate = handoverGate(patienceMs)
  const report = incidentReport(logger)
  const stopping = new AbortController()
  let isSpooling = false

  const onSetback = (error: Error) => {
    report.setback(error)
    gate.open()
  }
  const drain = async () => {
    const { signal } = stopping
    const hooks = { onProgress: report.drained, onSetback, holdBack: gate.close }
    do await drainSpool({ log, spool, topics, signal, ...hooks })
    while (spool.waiting() > 0)
    isSpooling = false
    gate.open()
    report.end()
  }
  const begin = (cause?: Error) => {
    isSpooling = true
    report.begin(cause)
    // It rejects only when the writer is closed.
    drain().catch(() => undefined)
  }
  const direct = directAppends({
    log,
    patienceMs,
    onAway: (error) => {
      for (const { to, records, settle } of direct.takeOver()) {
        settle(spool.append(ofTopic(to.topic, records)).then(() => 'spool'))
      }
      begin(error)
    },
  })
  const write = async (events: readonly NewRecord[], rejects: readonly NewRecord[]) => {
    await gate.passed()
    if (isSpooling) {
      await spool.append([...ofTopic(EVENTS, events), ...ofTopic(REJECTS, rejects)])
      return events.length
    }
    const { byPartition } = topics
    const groups = [...byPartition(EVENTS, events), ...byPartition(REJECTS, rejects)]
    const places = await settleAll(groups.map(direct.append))
    return groups.reduce((sum, { to, records }, i) => {
      const isSpooled = to.topic === EVENTS && places[i] === 'spool'
      return isSpooled ? sum + records.length : sum
    }, 0)
  }
  const close = async () => {
    stopping.abort()
    direct.takeOver()
    gate.open()
    await spool.close()
  }

  try {
    await within(patienceMs, topics.learn())
    if (spool.waiting() > 0) begin()
  } catch (error) {
    if (!(error instanceof TransientError)) {
      await close()
      throw error
    }
    begin(error)
  }
  return {
    write,
    spooled: spool.waiting,
    spoolBytes: spool.bytes,
    check: async (logFault) => {
      if (!isSpooling && logFault === undefined) return {}
      await spool.check()
      return { note: `the event log is away, ${spool.waiting()} records wait in the spool` }
    },
    close,
  }
}

const ofTopic = (topic: string, records: readonly NewRecord[]): SpooledRecord[] =>
  records.map((record) => ({ topic, record }))

/** Throws `EBB_LOG_AWAY`, a `TransientError`, where a call takes longer. */
const within = async <T>(ms: number, call: Promise<T>): Promise<T> => {
  const ended = new AbortController()
  const tooLong = wait(ms, undefined, { signal: ended.signal }).then(() => {
    throw noAnswer(ms)
  })
  try {
    return await Promise.race([call, tooLong])
  } finally {
    ended.abort()
  }
}
