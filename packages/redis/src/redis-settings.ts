import type { NoticeListener } from '@ebb/streaming/engine-notice'
import { HaltError } from '@ebb/streaming/faults'

/** Certificates, as PEM text; the URL must say `rediss://`. */
interface RedisTls {
  /** Who signed the server's certificate, where that is nobody whom Node trusts. */
  readonly ca?: string
  /** Our own certificate and its key, where the server asks for one. */
  readonly cert?: string
  readonly key?: string
  /** `false` takes any certificate: then nobody knows who answers. */
  readonly rejectUnauthorized?: boolean
}

/** Where Redis is and how to speak to it. */
export interface RedisSettings {
  /**
   * `redis://user:password@host:port/database`, with TLS `rediss://…`; what is not given is the
   * default user, 6379 and 0. Of a cluster several addresses, separated by commas: those behind the
   * first may be `host:port`.
   */
  readonly url: string
  /** Whether the addresses are nodes of a Redis Cluster. */
  readonly cluster?: boolean
  readonly tls?: RedisTls
  /** Hears what is wrong with the settings of the servers. */
  readonly onNotice?: NoticeListener
}

/** What a URL says. */
interface RedisAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
  readonly database: number
  readonly isTls: boolean
}

const DEFAULT_PORT = 6379
const SCHEMES = ['redis:', 'rediss:']

/**
 * Reads `RedisSettings.url`. Throws a `HaltError` `EBB_REDIS_SETTINGS`, which never repeats the URL:
 * there may be a password in it.
 */
export const readRedisUrl = ({ url, cluster = false, tls }: RedisSettings): RedisAddress => {
  const [first, ...others] = partsOf(url)
  const database = databaseOf(first)
  const isTls = first.protocol === 'rediss:'
  if (tls !== undefined && !isTls) refuse('there are settings for TLS, but it is not rediss://')
  if (others.length > 0 && !cluster) refuse('several addresses are only for a cluster')
  if (database !== 0 && cluster) refuse('a cluster has only database 0')
  return {
    nodes: [first, ...others].map(({ hostname, port }) => ({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? DEFAULT_PORT : Number(port),
    })),
    ...(first.username !== '' && { username: decoded(first.username) }),
    ...(first.password !== '' && { password: decoded(first.password) }),
    database,
    isTls,
  }
}

const partsOf = (url: string): [URL, ...URL[]] => {
  const [first = '', ...others] = url.split(',').map((part) => part.trim())
  const scheme = first.slice(0, first.indexOf(':') + 1)
  const whole = (part: string) => (part.includes('://') ? part : `${scheme}//${part}`)
  return [partOf(first), ...others.map((part) => partOf(whole(part)))]
}

const partOf = (text: string): URL => {
  const part = URL.parse(text)
  const isOurs = part && SCHEMES.includes(part.protocol) && part.hostname !== ''
  if (!isOurs || part.search !== '' || part.hash !== '')
    return refuse('an address is to be redis://user:password@host:port/database, or rediss://…')
  return part
}

const databaseOf = ({ pathname }: URL): number => {
  const [, digits] = pathname.match(/^\/?(\d*)$/) ?? []
  return digits === undefined ? refuse('a database is a number') : Number(digits)
}

const decoded = (credential: string): string => {
  try {
    return decodeURIComponent(credential)
  } catch {
    return refuse('user and password are to be percent-encoded: a % is %25')
  }
}

const refuse = (why: string): never => {
  throw new HaltError('EBB_REDIS_SETTINGS', `the address of Redis cannot be used: ${why}`)
}
