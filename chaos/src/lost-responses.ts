import { setTimeout as wait } from 'node:timers/promises'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { TransientError } from '@ebb/streaming/faults'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { FaultProxy } from '@ebb/testkit/fault-proxy'
import { KAFKA_API } from '@ebb/testkit/kafka-frames'
import type { ProxiedKafka } from '@ebb/testkit/proxied-kafka'
import { mustHold } from './check.ts'
import type { Report, ScenarioSettings } from './scenario.ts'
import { until } from './until.ts'

const TOPIC = 'lost-responses'
const PARTITIONS = 8
const LOGS = 4
const SENDERS_PER_LOG = 16
/** Appends that a sender has under way. */
const AT_ONCE = 4
/** Longer than an append waits for company: those of a sender go in sends of their own. */
const APART_MS = 8
/**
 * Of the lost responses, one in so many leaves the connection alive, and costs a time-out of 5 s.
 */
const HANG_EVERY = 50
/** Of the responses, one in so many is lost. */
const LOSE_EVERY = 3

/** Then, one standstill for so many lost responses: requests gather, and get lost. */
const RESPONSES_PER_STANDSTILL = 20
const STANDSTILL_MS = 30
const BETWEEN_STANDSTILLS_MS = 150

/** What a sender was told of one record. */
interface Acknowledged {
  readonly partition: number
  readonly offset: number
  readonly id: string
  /** Whether an append of the same sender was open when this one was called for. */
  readonly isBehind: boolean
}

/**
 * R2: of the responses to produce requests, every third is lost after the append, until 1,000
 * (short: 200) are: the connection is cut, or the answer never comes. Then requests are lost before
 * the append, 50 times (short: 10) all that are on their way. Meanwhile 64 senders append, each up
 * to four records at a time, and repeat what fails. Every record that was acknowledged
 * stands at the offset that was told, and those of a sender stand in the order of its calls.
 */
export const lostResponses = async (
  { isLong, say }: ScenarioSettings,
  { brokers, proxy }: Pick<ProxiedKafka, 'brokers' | 'proxy'>,
): Promise<Report> => {
  const wanted = isLong ? 1_000 : 200
  const settings = { brokers, clientId: 'chaos', now: Date.now }
  const topic = { name: TOPIC, partitions: PARTITIONS, config: {} }
  await applyTopics(settings, await planTopics(settings, [topic]))
  const logs = await Promise.all(Array.from({ length: LOGS }, () => openKafkaEventLog(settings)))
  try {
    const sent = await sendUnderLoss(logs, proxy, wanted)
    say(`${sent.lost} responses were lost, ${sent.acknowledged.length} records acknowledged`)
    mustHold(sent.lost >= wanted, `only ${sent.lost} responses were lost`)
    const behind = sent.acknowledged.filter(({ isBehind }) => isBehind).length
    mustHold(behind >= wanted, `only ${behind} appends had one of their sender before them`)
    const report = await checkLog(logs[0]!, sent.acknowledged)
    return { responsesLost: sent.lost, calledBehindAnother: behind, ...report }
  } finally {
    await Promise.all(logs.map((log) => log.close()))
  }
}

const sendUnderLoss = async (logs: readonly EventLog[], proxy: FaultProxy, wanted: number) => {
  let chosen = 0
  const fault = proxy.dropResponses({
    apiKey: KAFKA_API.produce,
    judge: ({ nth }) => {
      if (nth % LOSE_EVERY !== 0 || chosen >= wanted) return 'pass'
      chosen += 1
      return chosen % HANG_EVERY === 0 ? 'hang' : 'cut'
    },
  })
  let isOver = false
  const losing = (async () => {
    await until({ what: 'responses to be lost', everyMs: 20 }, () => fault.dropped >= wanted)
    for (let n = 0; n < wanted / RESPONSES_PER_STANDSTILL; n += 1) await loseRequests(proxy)
  })().finally(() => {
    isOver = true
  })
  const senders = logs.flatMap((log, l) =>
    Array.from({ length: SENDERS_PER_LOG }, (_, s) => send(log, `sender-${l}-${s}`, () => isOver)),
  )
  const [acknowledged] = await Promise.all([Promise.all(senders), losing])
  fault.lift()
  return { acknowledged: acknowledged.flat(), lost: fault.dropped }
}

/** What is repeated then stands in the log for the first time: had it been overtaken, one sees. */
const loseRequests = async (proxy: FaultProxy): Promise<void> => {
  proxy.stall('requests')
  await wait(STANDSTILL_MS)
  proxy.cut()
  proxy.resume()
  await wait(BETWEEN_STANDSTILLS_MS)
}

/** Appends a few records at a time; goes on when all of them are acknowledged. */
const send = async (
  log: EventLog,
  key: string,
  isOver: () => boolean,
): Promise<readonly Acknowledged[]> => {
  const acknowledged: Acknowledged[] = []
  for (let n = 0; !isOver(); n += AT_ONCE) {
    let left = Array.from({ length: AT_ONCE }, (_, i) => `${key}/${n + i}`)
    while (left.length > 0) {
      const told = await appendInOrder(log, key, left)
      acknowledged.push(...told)
      left = left.slice(told.length)
    }
  }
  return acknowledged
}

/**
 * Calls for one append after the other and waits for none before the next. Resolves to those that
 * were acknowledged: all of them, or a beginning, for what stands behind a failed one fails, too.
 */
const appendInOrder = async (
  log: EventLog,
  key: string,
  ids: readonly string[],
): Promise<readonly Acknowledged[]> => {
  const partition = partitionOf(key, PARTITIONS)
  const calls: Promise<Acknowledged>[] = []
  let open = 0
  let hasFailed = false
  const append = async (id: string): Promise<Acknowledged> => {
    const isBehind = open > 0
    open += 1
    try {
      const offset = await log.append({ topic: TOPIC, partition }, [
        { key, value: Buffer.from(id) },
      ])
      return { partition, offset, id, isBehind }
    } catch (error) {
      hasFailed = true
      throw error
    } finally {
      open -= 1
    }
  }
  for (const id of ids) {
    // Called now, it would overtake those that are to be repeated.
    if (hasFailed) break
    const call = append(id)
    call.catch(() => {})
    calls.push(call)
    await wait(APART_MS)
  }
  return acknowledgedOf(await Promise.allSettled(calls))
}

const acknowledgedOf = (
  outcomes: readonly PromiseSettledResult<Acknowledged>[],
): readonly Acknowledged[] => {
  const failed = outcomes.findIndex(({ status }) => status === 'rejected')
  for (const outcome of outcomes)
    if (outcome.status === 'rejected' && !(outcome.reason instanceof TransientError))
      throw outcome.reason
  const told = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  )
  mustHold(failed === -1 || failed === told.length, 'an append overtook one that failed')
  return told
}

const checkLog = async (log: EventLog, acknowledged: readonly Acknowledged[]): Promise<Report> => {
  const contents = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) => idsIn(log, partition)),
  )
  const misplaced = acknowledged.filter(
    ({ partition, offset, id }) => contents[partition]![offset] !== id,
  )
  mustHold(misplaced.length === 0, `not at their offset: ${JSON.stringify(misplaced.slice(0, 3))}`)
  const inLog = contents.flat()
  const distinct = new Set(inLog)
  const told = new Set(acknowledged.map(({ id }) => id))
  mustHold(distinct.size === told.size, `${distinct.size} records in the log, ${told.size} told`)
  mustHold(areInOrder(contents), 'a sender finds its records in another order')
  return {
    acknowledged: told.size,
    lost: misplaced.length,
    standTwice: inLog.length - distinct.size,
  }
}

const idsIn = async (log: EventLog, partition: number): Promise<string[]> => {
  const ids: string[] = []
  for (;;) {
    const { records, end } = await log.read({ topic: TOPIC, partition }, ids.length, 5_000)
    for (const { value, offset } of records) ids[offset] = Buffer.from(value).toString()
    if (ids.length >= end) return ids
  }
}

/** Whether the first copies of each sender's records stand in the order of its calls. */
const areInOrder = (contents: readonly (readonly string[])[]): boolean => {
  const due = new Map<string, number>()
  return contents.flat().every((id) => {
    const [key = '', n] = id.split('/')
    const next = due.get(key) ?? 0
    if (Number(n) === next) due.set(key, next + 1)
    return Number(n) <= next
  })
}
