import type { NoticeListener } from '@ebb/streaming/engine-notice'
import type { Compression } from './record-batch.ts'

/** TLS beyond the defaults of Node: PEM texts, and whether to insist on a certificate that holds. */
export interface KafkaTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized?: boolean
}

/** Who we are to the brokers. */
export interface KafkaLogin {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

/** How a Kafka cluster is reached, and what is written into it. */
export interface KafkaSettings {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Stands before every name of a topic and of a group; nothing by default. */
  readonly prefix?: string
  readonly tls?: boolean | KafkaTls
  readonly sasl?: KafkaLogin
  /** Of what is appended; every codec but Snappy and LZ4 is read. None by default. */
  readonly compression?: Compression
  /** Stamps records (their `appendedAt`) unless the topic makes the broker do it. */
  readonly now: () => number
  /** Hears of retries and of what kafkajs has to say. */
  readonly onNotice?: NoticeListener
}
