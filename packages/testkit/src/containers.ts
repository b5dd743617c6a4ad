import { setTimeout as wait } from 'node:timers/promises'
import { asEnvironment, SINGLE_NODE } from './kafka-broker-settings.ts'
import { kafkaAnswers } from './kafka-readiness.ts'
import { freePort, withFreePorts } from './ports.ts'
import { postgresAnswers } from './postgres-readiness.ts'
import { type Engine, type EngineName, offered, type Provider, untilTrue } from './provider.ts'
import { redisAnswers } from './redis-readiness.ts'

/** An image, as its documentation says it is used. */
interface Image {
  readonly name: string
  /** Where the server listens inside. */
  readonly port: number
  readonly environment: (host: string, port: number) => Record<string, string>
  readonly command?: string[]
  readonly address: (host: string, port: number) => string
  readonly answers: (host: string, port: number) => Promise<boolean>
}

const PASSWORD = 'ebb'

const IMAGES: Record<EngineName, Image> = {
  kafka: {
    name: 'apache/kafka:4.3.0',
    port: 9092,
    environment: (host, port) =>
      asEnvironment({
        'process.roles': 'broker,controller',
        'node.id': '1',
        'controller.quorum.voters': '1@localhost:9093',
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        'advertised.listeners': `PLAINTEXT://${host}:${port}`,
        'controller.listener.names': 'CONTROLLER',
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        ...SINGLE_NODE,
      }),
    address: (host, port) => `${host}:${port}`,
    answers: kafkaAnswers,
  },
  redis: {
    name: 'redis:7',
    port: 6379,
    environment: () => ({}),
    command: ['redis-server', '--save', '', '--appendonly', 'yes'],
    address: (host, port) => `redis://${host}:${port}`,
    answers: redisAnswers,
  },
  postgres: {
    name: 'postgres:18',
    port: 5432,
    environment: () => ({ POSTGRES_PASSWORD: PASSWORD }),
    address: (host, port) => `postgres://postgres:${PASSWORD}@${host}:${port}/postgres`,
    answers: (host, port) =>
      postgresAnswers(`postgres://postgres:${PASSWORD}@${host}:${port}/postgres`),
  },
}

const ENGINE_WITHIN_MS = 2000
const READY_WITHIN_MS = 120_000

/** A container, where a Docker engine answers and has the image or can pull it. */
export const inContainer =
  (name: EngineName): Provider =>
  async () => {
    const docker = await dockerEngine()
    if (docker === undefined) return { missing: 'no Docker engine answers' }
    return offered(() => withFreePorts(() => started(docker, IMAGES[name])))
  }

/** The client of the engine, and the host on which its published ports are. */
interface DockerEngine {
  readonly testcontainers: typeof import('testcontainers')
  readonly host: string
}

let engine: Promise<DockerEngine | undefined> | undefined

const dockerEngine = (): Promise<DockerEngine | undefined> => {
  engine ??= foundEngine()
  return engine
}

const foundEngine = async (): Promise<DockerEngine | undefined> => {
  // Loaded late: it takes longer than most tests, and most runs do not want it.
  const testcontainers = await import('testcontainers')
  const client = await Promise.race([
    testcontainers.getContainerRuntimeClient().catch(() => undefined),
    wait(ENGINE_WITHIN_MS, undefined, { ref: false }),
  ])
  return client && { testcontainers, host: client.info.containerRuntime.host }
}

const started = async (docker: DockerEngine, image: Image): Promise<Engine> => {
  const { host } = docker
  // Known beforehand, because Kafka must tell its clients where it is.
  const port = await freePort()
  const container = await new docker.testcontainers.GenericContainer(image.name)
    .withExposedPorts({ container: image.port, host: port })
    .withEnvironment(image.environment(host, port))
    .withCommand(image.command ?? [])
    .withStartupTimeout(READY_WITHIN_MS)
    .start()
  const stop = async (): Promise<void> => void (await container.stop())
  if (!(await untilTrue(() => image.answers(host, port), READY_WITHIN_MS))) {
    await stop()
    throw new Error(`${image.name} does not answer on ${host}:${port}`)
  }
  return { address: image.address(host, port), provider: `container ${image.name}`, stop }
}
