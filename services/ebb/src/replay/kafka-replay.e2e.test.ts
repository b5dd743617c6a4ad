import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { EVENTS, FEATURES } from '@ebb/contracts/topics'
import { openKafkaEventLog } from '@ebb/kafka/kafka-event-log'
import { readInstallation } from '@ebb/runtime/installation'
import type { EventLog } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import { uniqueName, useKafka, useRedis } from '@ebb/testkit/engines'
import type { Ended } from '@ebb/testkit/node-process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import { sharedOptions } from '../shared-options.ts'
import { CDNOW, cdnowReplay } from './cdnow-sample.ts'
import { readReplayFile } from './replay-file.ts'
import { BY_TIME } from './replay-fixture.ts'
import { replayPlace } from './run-replay.ts'

const kafka = await useKafka()
const redis = await useRedis()

describe.skipIf(kafka === undefined || redis === undefined)('a replay on Kafka and Redis', () => {
  let folder: string
  let embedded: Record<string, unknown>
  let many: Promise<Ended>

  const on = (namespace: string): string[] => sharedOptions(kafka!, redis!, namespace)
  const cdnowOn = (namespace: string, ...more: string[]): string[] => [
    ...on(namespace),
    ...cdnowReplay(join(folder, 'shared'), ...more),
  ]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ebb-kafka-'))
    embedded = lastJson(await runEbb(cdnowReplay(join(folder, 'embedded'))))
    // It takes a while, so it runs beside the other tests.
    many = runEbb(cdnowOn(uniqueName('many'), '--partitions', '24'))
  })
  afterAll(async () => {
    await endAll()
    rmSync(folder, { recursive: true })
  })

  test('gives the same states when it is sent backwards and a fifth of it twice', async () => {
    const options = ['--partitions', '1', '--order', 'reverse', '--repeat', '20:7']
    const ended = await runEbb(cdnowOn(uniqueName('backwards'), ...options))
    expect(ended).toMatchObject({ code: 0, err: '' })
    const { statesDigest, customers, orders, revenue } = embedded
    expect(lastJson(ended)).toMatchObject({ statesDigest, customers, orders, revenue })
  })

  test('that is killed twice gives the same in all as one on the embedded engines', async () => {
    const namespace = uniqueName('killed')
    await killAt(namespace, EVENTS, 10_000)
    await killAt(namespace, FEATURES, 30_000)
    const last = await runEbb(cdnowOn(namespace))
    expect(last).toMatchObject({ code: 0 })
    expect(lastJson(last)).toEqual(embedded)
  })

  test('begins anew with --fresh, though groups and states of the same names were there', async () => {
    const namespace = uniqueName('fresh')
    const file = join(folder, 'few.txt')
    const rows = readFileSync(CDNOW, 'utf8').split('\n')
    writeFileSync(file, rows.filter((row) => row.includes(' 199701')).join('\n'))
    const options = ['--format', 'cdnow', '--data', join(folder, 'few'), '--json']
    const replay = (...more: string[]) =>
      runEbb([...on(namespace), 'replay', file, ...options, ...more])
    const whenBegun = () =>
      withLog(file, namespace, async (log) => (await readInstallation(log))?.begunAt)

    const first = await replay()
    expect(first).toMatchObject({ code: 0, err: '' })
    const begunAt = await whenBegun()
    expect(await replay()).toEqual(first)
    expect(await whenBegun()).toBe(begunAt)
    for (const _ of [1, 2]) expect(await replay('--fresh')).toEqual(first)
    expect(await whenBegun()).toBeGreaterThan(begunAt!)
  })

  test('gives the same in all with 24 partitions', async () => {
    const ended = await many
    expect(ended).toMatchObject({ code: 0 })
    expect(lastJson(ended)).toEqual(embedded)
  })

  /** Kills a replay when a topic has so many records. */
  const killAt = async (namespace: string, topic: string, records: number): Promise<void> => {
    const replay = startEbb(cdnowOn(namespace))
    await withLog(CDNOW, namespace, async (log) => {
      while ((await sizeOf(log, topic)) < records) await setTimeout(20)
    })
    replay.kill('SIGKILL')
    expect(await replay.ended).toMatchObject({ signal: 'SIGKILL', out: '' })
  }

  /** Looks into the log of a replay with the options that it has when none is given. */
  const withLog = async <T>(
    file: string,
    namespace: string,
    work: (log: EventLog) => Promise<T>,
  ): Promise<T> => {
    const root = { folder, namespace: `${namespace}.replay` }
    const options = { ...BY_TIME, format: 'cdnow', map: undefined, currency: 'USD' } as const
    const place = replayPlace(await readReplayFile(file), { ...options, root, partitions: 4 })
    const settings = { brokers: kafka!.brokers, clientId: 'test', now: Date.now }
    const log = await openKafkaEventLog({ ...settings, prefix: `${place.namespace}.` })
    return work(log).finally(() => log.close())
  }
})

/** Records in a topic; none while it is not there. */
const sizeOf = async (log: EventLog, topic: string): Promise<number> => {
  try {
    let records = 0
    for (let partition = 0; partition < (await log.partitions(topic)); partition += 1)
      records += (await log.read({ topic, partition }, 0, 0)).end
    return records
  } catch (error) {
    if (error instanceof HaltError && error.code === 'EBB_TOPIC_MISSING') return 0
    throw error
  }
}
