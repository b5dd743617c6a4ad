import { HaltError, TransientError } from '@ebb/streaming/faults'

/** The code of everything that may pass: no broker answers, a leader moves, a disk is full. */
export const UNAVAILABLE = 'EBB_KAFKA_UNAVAILABLE'
/** The code of a record that is larger than its topic takes. */
export const TOO_LARGE = 'EBB_RECORD_TOO_LARGE'

/** What errors of kafkajs have in common. */
interface KafkaFault {
  readonly name: string
  readonly message: string
  /** Name of the protocol's error, where a broker answered with one. */
  readonly type?: string
  /** Where it is about one topic among several. */
  readonly topic?: string
}

const DENIED = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
])
const LOGIN = new Set(['SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_SASL_MECHANISM'])
/** A connection that breaks during the login gives the same error, so the words have to tell. */
const LOGIN_REFUSED =
  /not supported by the server|authentication failed: .*(authentication failed|invalid)/i
const LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'])
const REFUSED = new Set([
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'INVALID_REQUIRED_ACKS',
  'INVALID_REQUEST',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'POLICY_VIOLATION',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'TOPIC_DELETION_DISABLED',
  'SECURITY_DISABLED',
  'KafkaJSNotImplemented',
  'KafkaJSServerDoesNotSupportApiKey',
])
const STALE = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'LISTENER_NOT_FOUND',
  'KAFKA_STORAGE_ERROR',
  'KafkaJSBrokerNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
])

/** What kafkajs wrapped: the retrier and the aggregates of `admin` put their own error around it. */
export const rootFault = (error: unknown): KafkaFault => {
  let fault = error as KafkaFault & { readonly cause?: unknown; readonly errors?: unknown[] }
  for (;;) {
    const inner = fault.errors?.[0] ?? fault.cause
    if (!(inner instanceof Error)) return fault
    fault = inner as typeof fault
  }
}

const isOneOf = (error: unknown, names: ReadonlySet<string>): boolean => {
  const { name, type } = rootFault(error)
  return names.has(name) || (type !== undefined && names.has(type))
}

const isLoginRefused = (error: unknown): boolean => {
  const { name, message } = rootFault(error)
  return name === 'KafkaJSSASLAuthenticationError' && LOGIN_REFUSED.test(message)
}

/** Whether a broker took the request and answered with an error. */
export const isAnswer = (error: unknown): boolean => rootFault(error).type !== undefined

/** Whether a connection was refused or broke. */
export const isDisconnect = (error: unknown): boolean =>
  isOneOf(error, new Set(['KafkaJSConnectionError', 'KafkaJSConnectionClosedError']))

/** Whether the leader stands elsewhere than we thought. */
export const isStale = (error: unknown): boolean => isOneOf(error, STALE)

/** Whether a broker did not know a topic or partition, which it may have forgotten or not yet heard of. */
export const isUnknownTopic = (error: unknown): boolean =>
  isOneOf(error, new Set(['UNKNOWN_TOPIC_OR_PARTITION']))

/**
 * The error as the ports know it: a `HaltError` where the same call would fail for ever, else a
 * `TransientError`. `doing` begins the message: "append to ebb.events.v1/3", say.
 */
export const classified = (error: unknown, doing: string): Error => {
  if (error instanceof TransientError || error instanceof HaltError) return error
  const fault = rootFault(error)
  const about = fault.topic === undefined ? doing : `${doing}: ${fault.topic}`
  const message = `${about}: ${fault.message}`
  if (isOneOf(error, DENIED)) return new HaltError('EBB_KAFKA_DENIED', message, { cause: error })
  if (isOneOf(error, LOGIN) || isLoginRefused(error))
    return new HaltError('EBB_KAFKA_LOGIN', message, { cause: error })
  if (isOneOf(error, LARGE)) return new HaltError(TOO_LARGE, message, { cause: error })
  if (isOneOf(error, REFUSED)) return new HaltError('EBB_KAFKA_REFUSED', message, { cause: error })
  return new TransientError(UNAVAILABLE, message, { cause: error })
}
