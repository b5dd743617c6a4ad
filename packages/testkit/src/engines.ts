import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import { expect, inject } from 'vitest'
import { composeProject } from './compose.ts'
import { inContainer } from './containers.ts'
import type { Answer, Wanted } from './engine-desk.ts'
import { startNativeKafka } from './native-kafka.ts'
import { startNativeRedis } from './native-redis.ts'

// Every function here is for the top level of a test file:
//   const kafka = await useKafka()
//   describe.skipIf(kafka === undefined)('…', …)
// Each gives undefined where there is no such server, and the end of the run names the file. It throws
// where EBB_TEST_REQUIRE names the engine, or where the environment names a server that is not there.

/** The broker that this test run shares. */
export interface KafkaForTests {
  readonly brokers: string[]
  readonly provider: string
}

/** The server that this test run shares. */
export interface ServerForTests {
  readonly url: string
  readonly provider: string
}

/** The run's Kafka. Its topics and groups are everyone's: take a `uniqueName`. */
export const useKafka = async (): Promise<KafkaForTests | undefined> => {
  const found = await ask('kafka')
  return found && { brokers: found.address.split(','), provider: found.provider }
}

/** The run's Redis. Its keys are everyone's: take a `uniqueName` as prefix, and never FLUSHALL. */
export const useRedis = (): Promise<ServerForTests | undefined> => useServer('redis')

/** The run's PostgreSQL. Its database is everyone's: take a `uniqueName` as schema. */
export const usePostgres = (): Promise<ServerForTests | undefined> => useServer('postgres')

/** Starts brokers of one's own, for tests that kill them. */
export const useOwnKafka = async (): Promise<typeof startNativeKafka | undefined> =>
  (await ask('own-kafka')) && startNativeKafka

/** Starts Redis servers of one's own, for tests that kill, wipe or configure them. */
export const useOwnRedis = async (): Promise<typeof startNativeRedis | undefined> =>
  (await ask('own-redis')) && startNativeRedis

/** The path of a browser's program, for tests of the page. */
export const useChromium = async (): Promise<string | undefined> => (await ask('chromium'))?.address

/** Starts containers, for tests of just that. */
export const useContainers = async (): Promise<typeof inContainer | undefined> =>
  (await ask('docker')) && inContainer

/** Runs docker compose, for tests of its files. */
export const useCompose = async (): Promise<typeof composeProject | undefined> =>
  (await ask('compose')) && composeProject

/** A name that no other test has, fit for topics, groups, keys and schemas. */
export const uniqueName = (prefix: string): string =>
  `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 12)}`

const useServer = async (name: 'redis' | 'postgres'): Promise<ServerForTests | undefined> => {
  const found = await ask(name)
  return found && { url: found.address, provider: found.provider }
}

const ask = async (
  wanted: Wanted,
): Promise<{ readonly address: string; readonly provider: string } | undefined> => {
  const desk = inject('engineDesk')
  if (desk === undefined)
    throw new Error("vitest.config.ts wants globalSetup: 'packages/testkit/src/vitest-setup.ts'")
  const suite = relative(process.cwd(), expect.getState().testPath ?? 'a test file')
  const response = await fetch(`${desk}/${wanted}?suite=${encodeURIComponent(suite)}`)
  if (!response.ok) throw new Error(await response.text())
  const answer = (await response.json()) as Answer
  if (!('missing' in answer)) return answer
  if (!answer.isRequired) return undefined
  throw new Error(`EBB_TEST_REQUIRE names ${wanted}, but: ${answer.missing}`)
}
