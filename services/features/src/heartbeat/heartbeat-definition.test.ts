import { modelSignalRecord } from '@ebb/contracts/model-signal'
import { type SourceSignal, sourceSignalCodec } from '@ebb/contracts/source-signal'
import { EVENTS, FEATURES, REJECTS, TRAFFIC, topicsOf } from '@ebb/contracts/topics'
import { collectorMinuteCodec, trafficCodec } from '@ebb/contracts/traffic-record'
import type { NewRecord } from '@ebb/streaming/event-log'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { memoryPartitionStore } from '@ebb/streaming/memory-partition-store'
import { dies, dyingStore } from '@ebb/streaming/processor-harness'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { describe, expect, test } from 'vitest'
import { featuresDefinition } from '../features-definition.ts'
import { decoded, recordsIn, SHOP } from '../features-fixture.ts'
import { HEARTBEAT_PROCESSOR, heartbeatDefinition, JUDGE_KEY } from './heartbeat-definition.ts'
import { unpackJudgeState } from './judge-state.ts'
import { calm, HOUR_MS, MINUTE_MS, MONDAY, seeded, WEEK_MS } from './traffic-fixture.ts'

const PARTITIONS = 3
const TO = { topic: TRAFFIC, partition: 0 }
const DIED = MONDAY + 2 * WEEK_MS + 36 * HOUR_MS
const definition = heartbeatDefinition({ timeZone: 'UTC', eventPartitions: PARTITIONS })

const newPorts = () => ({
  log: memoryEventLog({ topics: topicsOf(PARTITIONS), now: () => DIED + WEEK_MS }),
  store: memoryPartitionStore(),
})

const minute = (at: number, sources: readonly string[]): NewRecord[] => {
  const of = { minute: at, collector: 'one', run: 1 }
  return [
    ...sources.map((source) => ({
      key: source,
      value: trafficCodec.encode({ source, ...of, accepted: 2 }),
    })),
    { key: '~collector', value: collectorMinuteCodec.encode(of) },
  ]
}

/** Two weeks and a half of a shop, one hour of nothing, an hour in which it is back. */
const history = (): NewRecord[] => {
  const arrivals = calm(seeded(3), 1_000)
  const records: NewRecord[] = []
  for (let at = MONDAY; at < DIED + 2 * HOUR_MS; at += MINUTE_MS) {
    const isDead = at >= DIED && at < DIED + HOUR_MS
    records.push(...minute(at, !isDead && arrivals(at) > 0 ? ['shop'] : []))
  }
  return records
}

type Ports = ReturnType<typeof newPorts>

const signalsIn = async ({ log }: Pick<Ports, 'log'>, topic = EVENTS) =>
  Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) =>
      (await recordsIn(log, topic, partition)).filter(({ key }) => key === '~source'),
    ),
  )

describe('the judge of silent sources', () => {
  test('tells every partition of events that a source is silent, and that it is back', async () => {
    const ports = newPorts()
    await ports.log.append(TO, history())
    await runProcessorToEnd(definition, ports)
    const partitions = await signalsIn(ports)
    for (const [partition, records] of partitions.entries()) {
      const signals = records.map((record) => decoded<SourceSignal>(record))
      expect(signals.map(({ kind, source }) => [kind, source])).toEqual([
        ['silent', 'shop'],
        ['back', 'shop'],
      ])
      expect(records.map(({ headers }) => headers['ce_id'])).toEqual(
        signals.map(({ kind, at }) => `source:${kind}:shop:${at}:${partition}`),
      )
    }
  })

  test('killed between publishing and committing, at any time, tells the same under the same ids', async () => {
    const ports = newPorts()
    const records = history()
    const undisturbed = newPorts()
    await undisturbed.log.append(TO, records)
    await runProcessorToEnd(definition, undisturbed)
    // Batches of a quarter of an hour around the silence, and the process dies at each of them.
    const cut = records.length - 4 * 60
    await ports.log.append(TO, records.slice(0, cut))
    await runProcessorToEnd(definition, ports)
    for (let from = cut; from < records.length; from += 15) {
      await ports.log.append(TO, records.slice(from, from + 15))
      const store = dyingStore(ports.store, 'before')
      await dies(runProcessorToEnd(definition, { ...ports, store }))
    }
    await runProcessorToEnd(definition, ports)
    const plain = (all: Awaited<ReturnType<typeof signalsIn>>) =>
      all.map((of) => [
        ...new Set(of.map(({ headers, value }) => headers['ce_id'] + decodedText(value))),
      ])
    expect((await signalsIn(ports))[0]!.length).toBeGreaterThan(2)
    expect(plain(await signalsIn(ports))).toEqual(plain(await signalsIn(undisturbed)))
    expect(await stateIn(ports)).toEqual(await stateIn(undisturbed))
  })

  test.each([
    ['EBB_TRAFFIC_UNREADABLE', { key: 'shop', value: Buffer.from('{}') }],
    ['EBB_TRAFFIC_UNREADABLE', { key: '~collector', value: Buffer.from('no') }],
    ['EBB_TRAFFIC_AHEAD', minute(DIED + WEEK_MS + HOUR_MS, [])[0]!],
  ])('refuses with %s, and goes on', async (code, record) => {
    const ports = newPorts()
    await ports.log.append(TO, [record, ...minute(DIED, ['shop'])])
    await runProcessorToEnd(definition, ports)
    const rejects = await Promise.all(
      [0, 1, 2].map((partition) => recordsIn(ports.log, REJECTS, partition)),
    )
    expect(rejects.flat().map((each) => decoded<{ code: string }>(each).code)).toEqual([code])
    expect((await stateIn(ports)).clock).toBe(DIED)
  })
})

const decodedText = (value: Uint8Array): string => Buffer.from(value).toString('utf8')

const stateIn = async ({ store }: Pick<Ports, 'store'>) =>
  unpackJudgeState((await store.read(0, [JUDGE_KEY])).states[0]!)

describe('features', () => {
  const features = featuresDefinition(SHOP)
  const signal = { source: 'shop', kind: 'silent', at: DIED, since: MONDAY } as const

  test('forwards a signal in its place', async () => {
    const ports = newPorts()
    const value = sourceSignalCodec.encode({ ...signal, silent: [] })
    await ports.log.append({ topic: EVENTS, partition: 1 }, [{ key: '~source', value }])
    await runProcessorToEnd(features, ports)
    const [none, forwardedOnes] = await signalsIn(ports, FEATURES)
    const [forwarded] = forwardedOnes ?? []
    expect(none).toEqual([])
    expect(decoded<SourceSignal>(forwarded!)).toEqual({ ...signal, silent: [] })
    expect(forwarded!.headers).toMatchObject({
      ce_id: `source:silent:shop:${DIED}:1`,
      version: '0.0.0',
    })
  })

  test('forwards a promotion in its place, byte for byte', async () => {
    const ports = newPorts()
    const promotion = modelSignalRecord({
      ...{ version: 'mbg-7', at: DIED },
      model: { kind: 'mbg-nbd', parameters: { r: 0.5, alpha: 6, a: 0.9, b: 1.6 } },
    })
    await ports.log.append({ topic: EVENTS, partition: 1 }, [promotion])
    await runProcessorToEnd(features, ports)
    const { records } = await ports.log.read({ topic: FEATURES, partition: 1 }, 0, 10)
    expect(records).toMatchObject([
      { key: '~model', headers: { ce_id: `model:mbg-7:${DIED}:1`, version: '0.0.0' } },
    ])
    expect(records[0]!.value).toEqual(promotion.value)
  })

  test.each(['~source', '~model'])('refuses a %s that it cannot read', (key) => {
    const record = { offset: 0, key, value: Buffer.from('{}'), headers: {}, appendedAt: 0 }
    expect(features.handle(undefined, record, { clock: 0, partition: 0 })).toMatchObject({
      refusal: { code: 'EBB_SIGNAL_UNREADABLE' },
    })
  })
})

test('its name is that of its group and its store', () => {
  expect(definition.name).toBe(HEARTBEAT_PROCESSOR)
})
