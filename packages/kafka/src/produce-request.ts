import type { TopicPartition } from '@ebb/streaming/event-log'
import type { Broker } from 'kafkajs'
import { type ByteWriter, byteWriter } from './byte-writer.ts'
import { type Compression, encodeRecordBatch, type StampedRecord } from './record-batch.ts'

/** Records for one partition. */
export interface PartitionRecords {
  readonly to: TopicPartition
  readonly records: readonly StampedRecord[]
}

const ALL_REPLICAS = -1
/** How long the leader waits for the replicas; less than we wait for the leader. */
const REPLICAS_TIMEOUT_MS = 4_000
const REQUEST_BYTES = 65_536

/**
 * Appends batches for different partitions of one leader, in one request. Gives for each the offset
 * of its first record, or why the leader did not append it. Rejects as kafkajs does where the
 * outcome is unknown.
 *
 * It is kafkajs's request but for the body: all of its connection, its login and its choice of a
 * version stay as they are. Versions 3 to 8 have the same body; kafkajs knows none above 7.
 */
export const sendProduce = async (
  broker: Broker,
  batches: readonly PartitionRecords[],
  compression: Compression,
): Promise<(number | Error)[]> => {
  const body = await encodeBody(batches, compression)
  let errorOf: ErrorOf | undefined
  const lookupRequest: LookupRequest = (api, versions) => (settings) => {
    const { request, response } = (broker as ProtocolBroker).lookupRequest(api, versions)(settings)
    errorOf = async (found) => {
      const parsing = response.parse({ topics: [{ partitions: [found] }] })
      return parsing.then(
        () => undefined,
        (error: Error) => error,
      )
    }
    return {
      request: { ...request, encode: async () => ({ buf: body, buffer: body }) },
      response: { ...response, parse: async (answer) => answer },
    }
  }
  const ours: Broker = Object.create(broker, { lookupRequest: { value: lookupRequest } })
  const answer: ProduceAnswer = await ours.produce({
    acks: ALL_REPLICAS,
    timeout: REPLICAS_TIMEOUT_MS,
    topicData: [],
  })
  return Promise.all(batches.map(({ to }) => outcomeOf(answer, to, errorOf!)))
}

/** In kafkajs at run time, not in its types. */
interface ProtocolBroker extends Broker {
  readonly lookupRequest: LookupRequest
}

type LookupRequest = (api: number, versions: unknown) => (settings: unknown) => Protocol

interface Protocol {
  readonly request: { readonly encode: () => Promise<unknown> }
  readonly response: { readonly parse: (answer: Pick<ProduceAnswer, 'topics'>) => Promise<unknown> }
}

interface ProduceAnswer {
  readonly topics: readonly {
    readonly topicName?: string
    readonly partitions: readonly PartitionAnswer[]
  }[]
}

interface PartitionAnswer {
  readonly partition: number
  readonly errorCode: number
  readonly baseOffset: string
}

/** The error that kafkajs has for an answer. */
type ErrorOf = (answer: PartitionAnswer) => Promise<Error | undefined>

const outcomeOf = async (
  { topics }: ProduceAnswer,
  { topic, partition }: TopicPartition,
  errorOf: ErrorOf,
): Promise<number | Error> => {
  const found = topics
    .find(({ topicName }) => topicName === topic)
    ?.partitions.find((answer) => answer.partition === partition)
  const error = found && (await errorOf(found))
  if (error !== undefined) return error
  const offset = Number(found?.baseOffset ?? -1)
  if (offset >= 0) return offset
  throw new Error(`the answer has no offset for ${topic}/${partition}`)
}

const encodeBody = async (
  batches: readonly PartitionRecords[],
  compression: Compression,
): Promise<Buffer> => {
  const body = byteWriter(REQUEST_BYTES)
  body.int16(-1)
  body.int16(ALL_REPLICAS)
  body.int32(REPLICAS_TIMEOUT_MS)
  const topics = [...Map.groupBy(batches, ({ to }) => to.topic)]
  body.int32(topics.length)
  for (const [topic, ofTopic] of topics) {
    body.int16Text(topic)
    body.int32(ofTopic.length)
    for (const batch of ofTopic) await writePartition(body, batch, compression)
  }
  return body.written()
}

const writePartition = async (
  body: ByteWriter,
  { to, records }: PartitionRecords,
  compression: Compression,
): Promise<void> => {
  const batch = await encodeRecordBatch(records, compression)
  body.int32(to.partition)
  body.int32(batch.length)
  body.bytes(batch)
}
