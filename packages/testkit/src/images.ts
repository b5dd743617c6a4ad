import { asEnvironment, SINGLE_NODE } from './kafka-broker-settings.ts'
import { kafkaAnswers } from './kafka-readiness.ts'
import { postgresAnswers } from './postgres-readiness.ts'
import type { EngineName } from './provider.ts'
import { redisAnswers } from './redis-readiness.ts'

/** An image, as its documentation says it is used. */
export interface Image {
  readonly name: string
  /** Where the server listens inside. */
  readonly port: number
  readonly environment: (host: string, port: number) => Record<string, string>
  readonly command?: string[]
  readonly address: (host: string, port: number) => string
  readonly answers: (host: string, port: number) => Promise<boolean>
}

const PASSWORD = 'ebb'

const postgresAddress = (host: string, port: number): string =>
  `postgres://postgres:${PASSWORD}@${host}:${port}/postgres`

/** The official images of the servers. */
export const IMAGES: Readonly<Record<EngineName, Image>> = {
  kafka: {
    name: 'apache/kafka:4.3.0',
    port: 9092,
    environment: (host, port) =>
      asEnvironment({
        'controller.quorum.voters': '1@localhost:9093',
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        'advertised.listeners': `PLAINTEXT://${host}:${port}`,
        ...SINGLE_NODE,
      }),
    address: (host, port) => `${host}:${port}`,
    answers: kafkaAnswers,
  },
  redis: {
    name: 'redis:7',
    port: 6379,
    environment: () => ({}),
    // The port that the engine publishes is no loopback inside, where a Redis without a password
    // protects itself; the official image is built without that, a distribution's Redis is not.
    command: ['redis-server', '--protected-mode', 'no', '--save', '', '--appendonly', 'yes'],
    address: (host, port) => `redis://${host}:${port}`,
    answers: redisAnswers,
  },
  postgres: {
    name: 'postgres:18',
    port: 5432,
    environment: () => ({ POSTGRES_PASSWORD: PASSWORD }),
    address: postgresAddress,
    answers: (host, port) => postgresAnswers(postgresAddress(host, port)),
  },
}
