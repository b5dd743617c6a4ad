import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { applyTopics, planTopics } from '@ebb/kafka/kafka-topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { retryTransient, waitFor } from '@ebb/streaming/retry'
import type { FaultProxy } from '@ebb/testkit/fault-proxy'
import { KAFKA_API } from '@ebb/testkit/kafka-frames'
import type { ProxiedKafka } from '@ebb/testkit/proxied-kafka'
import { mustHold } from './check.ts'
import type { Report, ScenarioSettings } from './scenario.ts'

const TOPIC = 'lost-responses'
const PARTITIONS = 8
const LOGS = 4
const SENDERS_PER_LOG = 16
/**
 * Of the lost responses, one in so many leaves the connection alive, and costs a time-out of 5 s.
 */
const HANG_EVERY = 50
/** Of the responses, one in so many is lost. */
const LOSE_EVERY = 3

/** What a sender was told of one record. */
interface Acknowledged {
  readonly partition: number
  readonly offset: number
  readonly id: string
}

/**
 * R2: of the responses to produce requests, every third is lost after the append, until 1,000
 * (short: 200) are: the connection is cut, or the answer never comes. Meanwhile 64 senders append,
 * and repeat what fails. Every record that was acknowledged stands at the offset that was told.
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
    return { responsesLost: sent.lost, ...(await checkLog(logs[0]!, sent.acknowledged)) }
  } finally {
    await Promise.all(logs.map((log) => log.close()))
  }
}

const sendUnderLoss = async (logs: readonly EventLog[], proxy: FaultProxy, wanted: number) => {
  let chosen = 0
  const choose = (nth: number): boolean => {
    if (nth % LOSE_EVERY !== 0 || chosen >= wanted) return false
    chosen += 1
    return true
  }
  const lose = (then: 'cut' | 'hang') =>
    proxy.dropResponses({
      apiKey: KAFKA_API.produce,
      when: ({ nth }) => (chosen % HANG_EVERY === 0) === (then === 'hang') && choose(nth),
      then,
    })
  const [cut, hang] = [lose('cut'), lose('hang')]
  const isOver = (): boolean => cut.dropped + hang.dropped >= wanted
  const senders = logs.flatMap((log, l) =>
    Array.from({ length: SENDERS_PER_LOG }, (_, s) => send(log, `sender-${l}-${s}`, isOver)),
  )
  const acknowledged = (await Promise.all(senders)).flat()
  cut.lift()
  hang.lift()
  return { acknowledged, lost: cut.dropped + hang.dropped }
}

/** Appends one record after the other, as a processor does: what may pass is tried again. */
const send = async (
  log: EventLog,
  key: string,
  isOver: () => boolean,
): Promise<readonly Acknowledged[]> => {
  const partition = partitionOf(key, PARTITIONS)
  const acknowledged: Acknowledged[] = []
  const { signal } = new AbortController()
  for (let n = 0; !isOver(); n += 1) {
    const id = `${key}/${n}`
    const append = () => log.append({ topic: TOPIC, partition }, [{ key, value: Buffer.from(id) }])
    const offset = await retryTransient(append, { signal, wait: waitFor, onRetry: () => {} })
    acknowledged.push({ partition, offset, id })
  }
  return acknowledged
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

/** Whether the first copies of each sender's records stand in the order in which they were sent. */
const areInOrder = (contents: readonly (readonly string[])[]): boolean => {
  const due = new Map<string, number>()
  return contents.flat().every((id) => {
    const [key = '', n] = id.split('/')
    const next = due.get(key) ?? 0
    if (Number(n) === next) due.set(key, next + 1)
    return Number(n) <= next
  })
}
