import { HaltError, TransientError } from '@ebb/streaming/faults'

/**
 * What a fault of a call means to the processor, with Redis's own words in the message. Of a call
 * that nobody answered the outcome is unknown: it may have been carried out.
 *
 * | code | |
 * | --- | --- |
 * | `EBB_REDIS_AWAY` | may pass: no connection, no answer in time, loading, a failover |
 * | `EBB_REDIS_FULL` | may pass: no memory is left, or the disk is full |
 * | `EBB_REDIS_REFUSED` | halts: the user, the rights or the certificates |
 * | `EBB_REDIS_SETTINGS` | halts: no such database, or a cluster addressed as a single server |
 * | `EBB_REDIS_FAILED` | halts: an answer that nothing here explains |
 *
 * @param lost why there is no connection now, if so: ioredis says of a call only that there is none.
 */
export const redisFault = (error: Error, lost?: Error): TransientError | HaltError => {
  const cause = isReply(error) ? error : deepest(lost ?? error)
  const words = cause.message
  const [, Fault, code, what] = (isReply(cause) ? REPLIES : CONNECTION_FAULTS).find(([pattern]) =>
    pattern.test(isReply(cause) ? words : codeOf(cause)),
  )!
  // Without `cause`: ioredis hangs the arguments of the command on it, customers' states included.
  return new Fault(code, `${what} (${words})`)
}

const isReply = (error: Error): boolean => error.name === 'ReplyError'

/** Of a cluster none of whose nodes answered, why the last one did not. */
const deepest = (error: Error): Error =>
  (error as { lastNodeError?: Error | null }).lastNodeError ?? error

const codeOf = (error: Error): string => String((error as { code?: unknown }).code ?? '')

type Row = readonly [RegExp, typeof TransientError | typeof HaltError, code: string, what: string]

const AWAY = [TransientError, 'EBB_REDIS_AWAY', 'Redis does not serve us now'] as const

/** By the first word of an error reply. */
const REPLIES: readonly Row[] = [
  [
    /^(NOAUTH|WRONGPASS|NOPERM|DENIED|ERR The user executing the script|ERR ACL failure) /,
    HaltError,
    'EBB_REDIS_REFUSED',
    'Redis refuses this user',
  ],
  [
    /^OOM /,
    TransientError,
    'EBB_REDIS_FULL',
    'Redis has no memory left: raise maxmemory, and leave maxmemory-policy at noeviction',
  ],
  [/^MISCONF /, TransientError, 'EBB_REDIS_FULL', 'Redis cannot write its files: look at its disk'],
  [/^(LOADING|BUSY|READONLY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|ASK) /, ...AWAY],
  [/^ERR max number of clients/, ...AWAY],
  [
    /^MOVED /,
    HaltError,
    'EBB_REDIS_SETTINGS',
    'this Redis is a cluster, and is to be addressed as one',
  ],
  [
    /cluster support disabled/,
    HaltError,
    'EBB_REDIS_SETTINGS',
    'this Redis is a single server, and not to be addressed as a cluster',
  ],
  [
    /^ERR DB index/,
    HaltError,
    'EBB_REDIS_SETTINGS',
    'this Redis does not have the database of the address',
  ],
  [/^/, HaltError, 'EBB_REDIS_FAILED', 'Redis gave an answer that Ebb does not know'],
]

/** By the code that Node gives to an error of the connection. */
const CONNECTION_FAULTS: readonly Row[] = [
  [
    /^ERR_(SSL|TLS)_|^EPROTO$|CERT|^UNABLE_TO_(GET_ISSUER|VERIFY|DECRYPT)/,
    HaltError,
    'EBB_REDIS_REFUSED',
    'TLS with Redis failed',
  ],
  [/^/, ...AWAY],
]
