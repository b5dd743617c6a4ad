import { MODEL_SIGNAL_KEY } from './model-signal.ts'
import { SOURCE_SIGNAL_KEY } from './source-signal.ts'
import { TICK_KEY } from './tick.ts'
import { TOPIC_MESSAGES, type TopicMessage } from './topic-messages.ts'
import { type Kept, TOPICS, type TopicSpec } from './topics.ts'

/** An AsyncAPI document. */
export type AsyncApiDocument = Readonly<Record<string, unknown>>

const DAY_MS = 86_400_000

/**
 * All topics as AsyncAPI 3.0: names, keys, how long they are kept, headers and JSON Schemas, from
 * the declarations that the services validate by.
 */
export const asyncApiDocument = (): AsyncApiDocument => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Topics of Ebb',
    version: '1.0.0',
    description:
      'Values are JSON. Instants are ms since 1970-01-01T00:00:00Z, money is integers in minor ' +
      'units. Where a namespace is set, it stands before the names with a dot; after a rebuild ' +
      'ebb.features.v1 goes on as ebb.features.v1.g1, then .g2. Readers skip keys that begin with ' +
      '~ unless they know them. A record may come twice: with the same ce_id, and the same version ' +
      'where it has one.',
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  channels: Object.fromEntries(TOPICS.map((topic) => [channelName(topic), channelOf(topic)])),
  operations: Object.fromEntries(TOPICS.map((topic) => [operationName(topic), operationOf(topic)])),
  components: {
    messages: Object.fromEntries(
      TOPICS.flatMap((topic) =>
        messagesOf(topic).map((message) => [
          messageName(topic, message),
          messageOf(topic, message),
        ]),
      ),
    ),
  },
})

const messagesOf = ({ name }: TopicSpec): readonly TopicMessage[] => TOPIC_MESSAGES[name] ?? []

/** `events` of `ebb.events.v1`. */
const channelName = ({ name }: TopicSpec): string => name.split('.')[1] ?? name

const operationName = (topic: TopicSpec): string => `send-${channelName(topic)}`

/** Control records that features forwards are messages of two topics. */
const FORWARDED: ReadonlySet<string> = new Set([TICK_KEY, SOURCE_SIGNAL_KEY, MODEL_SIGNAL_KEY])

const messageName = (topic: TopicSpec, { name, key = '' }: TopicMessage): string =>
  FORWARDED.has(key) ? `${channelName(topic)}-${name.toLowerCase()}` : name.toLowerCase()

const KEYS: Readonly<Record<TopicSpec['key'], string>> = {
  customer: 'the customer key: `u:` and the user id, else `a:` and the anonymous id',
  source: 'the source: of the access key that it was sent with, of a processor its name',
  installation: 'what the record is of',
  model: 'the version of the model',
}

const channelOf = (topic: TopicSpec) => ({
  address: topic.name,
  description: `Key: ${KEYS[topic.key]}. Kept: ${keptText(topic.kept)}.`,
  messages: Object.fromEntries(
    messagesOf(topic).map((message) => {
      const name = messageName(topic, message)
      return [name, { $ref: `#/components/messages/${name}` }]
    }),
  ),
  bindings: {
    kafka: {
      topic: topic.name,
      ...(topic.partitions !== undefined && { partitions: topic.partitions }),
      topicConfiguration: topicConfiguration(topic.kept),
      bindingVersion: '0.5.0',
    },
  },
})

const keptText = (kept: Kept): string => (typeof kept === 'string' ? kept : `${kept.days} days`)

const topicConfiguration = (kept: Kept) =>
  kept === 'last of each key'
    ? { 'cleanup.policy': ['compact'] }
    : {
        'cleanup.policy': ['delete'],
        'retention.ms': kept === 'for ever' ? -1 : kept.days * DAY_MS,
      }

const operationOf = (topic: TopicSpec) => ({
  action: 'send',
  channel: { $ref: `#/channels/${channelName(topic)}` },
  summary: `Ebb writes ${topic.name}; any consumer may read it`,
})

const messageOf = (topic: TopicSpec, message: TopicMessage) => ({
  name: message.name,
  title: message.name,
  summary: message.what,
  contentType: 'application/json',
  headers: headersOf(topic, message),
  payload: { schemaFormat: JSON_SCHEMA, schema: JSON.parse(JSON.stringify(message.schema)) },
  bindings: { kafka: { key: keySchema(topic, message), bindingVersion: '0.5.0' } },
})

const JSON_SCHEMA = 'application/schema+json;version=draft-07'

const keySchema = ({ key }: TopicSpec, message: TopicMessage) =>
  message.key === undefined
    ? { type: 'string', description: KEYS[key] }
    : { type: 'string', const: message.key }

/** Attributes of CloudEvents 1.0 in the binary content mode of its Kafka binding. */
const headersOf = ({ name }: TopicSpec, { isCloudEvent, version }: TopicMessage) => ({
  type: 'object',
  required: [
    ...(isCloudEvent ? ['ce_specversion', 'ce_type', 'ce_source', 'ce_id'] : []),
    ...(version === 'always' ? ['version'] : []),
  ],
  properties: {
    ...(isCloudEvent && {
      ce_specversion: { type: 'string', const: '1.0' },
      ce_type: { type: 'string', const: name },
      ce_source: { type: 'string', description: 'the source of an event, else the service' },
      ce_id: { type: 'string', description: 'the same for copies' },
    }),
    ...(version !== 'never' && {
      version: {
        type: 'string',
        pattern: '^\\d+\\.\\d+\\.\\d+$',
        description: '`generation.offset.index` of what it follows from; rises for each key',
      },
    }),
    ...TRACE_CONTEXT,
  },
})

const TRACE_CONTEXT = {
  traceparent: { type: 'string', description: 'W3C Trace Context, where the record is traced' },
}
