import { createRequire } from 'node:module'
import type { TopicPartition } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import type { Broker } from 'kafkajs'
import { byteWriter } from './byte-writer.ts'

/** A record batch for one partition. */
export interface EncodedBatch {
  readonly to: TopicPartition
  readonly encoded: Buffer
}

const ALL_REPLICAS = -1
/** How long the leader waits for the replicas; less than we wait for the leader. */
const REPLICAS_TIMEOUT_MS = 4_000
/** The first that takes batches of format 2: Kafka 0.11. */
const FIRST_VERSION = 3
const OVERHEAD_BYTES = 1_024

/**
 * Appends batches for different partitions of one leader, in one request. Gives for each the offset
 * of its first record, or why the leader did not append it. Rejects as kafkajs does where the
 * outcome is unknown, and with `EBB_KAFKA_REFUSED` by a broker from before 0.11.
 *
 * It is kafkajs's request but for the body: all of its connection, its login and its choice of a
 * version stay as they are. Versions 3 to 8 have the same body; kafkajs knows none above 7.
 */
export const sendProduce = async (
  broker: Broker,
  batches: readonly EncodedBatch[],
): Promise<(number | Error)[]> => {
  const body = encodeBody(batches)
  const lookupRequest: LookupRequest = (api, versions) => (settings) => {
    const { request, response } = (broker as ProtocolBroker).lookupRequest(api, versions)(settings)
    if (request.apiVersion < FIRST_VERSION) throw tooOld(request.apiVersion)
    return {
      request: { ...request, encode: async () => ({ buf: body, buffer: body }) },
      response: { ...response, parse: async (answer) => answer },
    }
  }
  const ours: Broker = Object.create(broker, { lookupRequest: { value: lookupRequest } })
  const answer: ProduceAnswer = await ours.produce({ topicData: [] })
  return batches.map(({ to }) => outcomeOf(answer, to))
}

/** In kafkajs at run time, not in its types. */
interface ProtocolBroker extends Broker {
  readonly lookupRequest: LookupRequest
}

type LookupRequest = (api: number, versions: unknown) => (settings: unknown) => Protocol

interface Protocol {
  readonly request: { readonly apiVersion: number; readonly encode: () => Promise<unknown> }
  readonly response: { readonly parse: (answer: ProduceAnswer) => Promise<unknown> }
}

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName: string
    readonly partitions: readonly PartitionAnswer[]
  }[]
}

interface PartitionAnswer {
  readonly partition: number
  readonly errorCode: number
  readonly baseOffset: string
}

/** What an answer says of one partition: the offset of the first record, or why there is none. */
export const outcomeOf = (
  { topics }: ProduceAnswer,
  { topic, partition }: TopicPartition,
): number | Error => {
  const found = topics
    .find(({ topicName }) => topicName === topic)
    ?.partitions.find((answer) => answer.partition === partition)
  if (found !== undefined && found.errorCode !== 0) return createErrorFromCode(found.errorCode)
  const offset = Number(found?.baseOffset ?? -1)
  if (offset >= 0) return offset
  return new Error(`the answer has no offset for ${topic}/${partition}`)
}

/** kafkajs keeps to itself what the codes of Kafka's protocol mean. */
const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error.js') as {
  readonly createErrorFromCode: (code: number) => Error
}

const tooOld = (version: number): HaltError =>
  new HaltError(
    'EBB_KAFKA_REFUSED',
    `the broker takes produce requests up to version ${version}, and Ebb needs ${FIRST_VERSION}: ` +
      'it is older than Kafka 0.11',
  )

const encodeBody = (batches: readonly EncodedBatch[]): Buffer => {
  const bytes = batches.reduce((sum, { encoded }) => sum + encoded.length, 0)
  const body = byteWriter(bytes + OVERHEAD_BYTES)
  body.int16(-1)
  body.int16(ALL_REPLICAS)
  body.int32(REPLICAS_TIMEOUT_MS)
  const topics = Map.groupBy(batches, ({ to }) => to.topic)
  body.int32(topics.size)
  for (const [topic, ofTopic] of topics) {
    body.int16Text(topic)
    body.int32(ofTopic.length)
    for (const { to, encoded } of ofTopic) {
      body.int32(to.partition)
      body.int32(encoded.length)
      body.bytes(encoded)
    }
  }
  return body.written()
}
