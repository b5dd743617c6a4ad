import { isIP, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import type { NoticeListener } from '@ebb/streaming/engine-notice'
import kafkajs, {
  type ISocketFactory,
  type KafkaConfig,
  type LogEntry,
  type SASLOptions,
} from 'kafkajs'
import type { KafkaSettings } from './kafka-settings.ts'
import { calmTimers } from './kafkajs-timers.ts'

// Node finds not all names of kafkajs, which is CommonJS, by itself.
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs

/** kafkajs, and the means to be rid of its connections. */
export interface KafkaClient {
  readonly kafka: kafkajs.Kafka
  /** Cuts every connection, whatever is on its way. */
  cut(): void
}

/** How long a broker may take to answer one request. */
export const REQUEST_TIMEOUT_MS = 5_000
const CONNECT_TIMEOUT_MS = 2_000
const LOGIN_TIMEOUT_MS = 5_000
const KEEP_ALIVE_MS = 60_000

/**
 * Short, for those who call kafkajs repeat by themselves and have a deadline. All five are given:
 * kafkajs has other defaults where NODE_ENV is test.
 */
const RETRY = { retries: 2, initialRetryTime: 50, multiplier: 2, factor: 0.2, maxRetryTime: 1_000 }

/** Connects to nothing yet. Nothing of it ever writes to the console. */
export const kafkaClient = (settings: KafkaSettings): KafkaClient => {
  makeZstdKnown()
  calmTimers()
  const sockets = new Set<Socket>()
  return {
    kafka: new Kafka(configuration(settings, sockets)),
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
}

const configuration = (settings: KafkaSettings, sockets: Set<Socket>): KafkaConfig => {
  const { brokers, clientId, tls, sasl, onNotice } = settings
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: LOGIN_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    ...(tls && { ssl: tls }),
    // kafkajs writes into what it is given here.
    ...(sasl && { sasl: { ...sasl } as SASLOptions }),
    socketFactory: socketFactory(sockets),
    logLevel: logLevel.WARN,
    logCreator: () => noticeWriter(onNotice ?? (() => {})),
  }
}

/** As kafkajs makes sockets, but without Nagle's delay, and so that they can be cut. */
const socketFactory =
  (sockets: Set<Socket>): ISocketFactory =>
  ({ host, port, ssl, onConnect }) => {
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = ssl
      ? tlsConnect({ host, port, ...name, ...ssl }, onConnect)
      : tcpConnect({ host, port }, onConnect)
    socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

/**
 * What kafkajs logs becomes a notice. All of it is a detail: a broker that is away is told by the
 * calls that fail, and a membership that breaks by `kafkaConsumption`.
 */
const noticeWriter =
  (onNotice: NoticeListener) =>
  ({ namespace, log }: LogEntry): void => {
    const about = [log['message'], log['error'], log['broker'], log['groupId']]
    const words = about.filter((part) => part !== undefined).join(', ')
    onNotice({ message: `kafkajs ${namespace}: ${words}`, isDetail: true })
  }

const unzstd = promisify(zstdDecompress)

/** kafkajs names zstd and leaves the work to others. What it would write, we write by ourselves. */
const makeZstdKnown = (): void => {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    decompress: (buffer: Buffer) => unzstd(buffer),
  })
}
