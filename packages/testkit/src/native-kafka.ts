import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SINGLE_NODE } from './kafka-broker-settings.ts'
import { type KafkaProgram, kafkaProgram } from './kafka-jars.ts'
import { kafkaAnswers } from './kafka-readiness.ts'
import { type NativeEngine, startNativeEngine, temporaryFolder } from './native-engine.ts'
import { freePort, withFreePorts } from './ports.ts'
import { runProgram } from './programs.ts'

/** How a broker of one's own is started; everything has a default. */
export interface NativeKafkaOptions {
  readonly port?: number
  /** `host:port` that the broker tells its clients; its own address by default. */
  readonly advertised?: string
  /** Broker settings above those of the testkit; the listener at `port` stays without TLS or SASL. */
  readonly properties?: Readonly<Record<string, string>>
  /** In place of those of the testkit, which suit short tests. */
  readonly javaOptions?: readonly string[]
  /** Further arguments of the storage tool's `format`, such as `--add-scram`. */
  readonly formatArguments?: readonly string[]
}

/** A broker of one's own, which is its own controller. */
export interface NativeKafka extends NativeEngine {
  /** What clients connect to: the advertised address. */
  readonly brokers: string[]
  /** Where the broker itself listens. */
  readonly port: number
}

const SHORT_LIVED = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
const QUIET = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'

/**
 * Starts one Kafka broker (KRaft) on 127.0.0.1. Resolves when it answers. Throws where there is no
 * Java or no Kafka.
 */
export const startNativeKafka = async (options: NativeKafkaOptions = {}): Promise<NativeKafka> => {
  const program = await kafkaProgram()
  return withFreePorts(() => startBroker(program, options))
}

const startBroker = async (
  program: KafkaProgram,
  options: NativeKafkaOptions,
): Promise<NativeKafka> => {
  const port = options.port ?? (await freePort())
  const folder = temporaryFolder('kafka')
  const advertised = options.advertised ?? `127.0.0.1:${port}`
  const properties = join(folder, 'server.properties')
  const settings = {
    ...brokerSettings({ port, controllerPort: await freePort(), folder, advertised }),
    ...options.properties,
  }
  writeFileSync(properties, propertiesText(settings))
  const engine = await startNativeEngine({
    name: 'Kafka',
    program: program.java,
    args: java(program, 'kafka.Kafka', options.javaOptions ?? SHORT_LIVED).concat(properties),
    folder,
    prepare: () => format(program, properties, options.formatArguments ?? []),
    isReady: () => kafkaAnswers('127.0.0.1', port),
  })
  return Object.assign(engine, { brokers: [advertised], port })
}

const java = ({ classPath }: KafkaProgram, main: string, options: readonly string[]): string[] => [
  ...options,
  QUIET,
  '-cp',
  classPath,
  main,
]

const format = (
  program: KafkaProgram,
  properties: string,
  further: readonly string[],
): Promise<string> =>
  runProgram(program.java, [
    ...java(program, 'kafka.tools.StorageTool', ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']),
    ...['format', '--ignore-formatted', `--cluster-id=${randomBytes(16).toString('base64url')}`],
    ...['--config', properties, ...further],
  ])

const brokerSettings = (place: {
  readonly port: number
  readonly controllerPort: number
  readonly folder: string
  readonly advertised: string
}): Record<string, string> => ({
  'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${place.controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${place.advertised}`,
  'log.dirs': join(place.folder, 'data'),
  ...SINGLE_NODE,
})

const propertiesText = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
