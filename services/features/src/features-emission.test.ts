import type { FeaturesRecord } from '@ebb/contracts/features-record'
import type { RejectRecord } from '@ebb/contracts/reject-record'
import { TICK_KEY } from '@ebb/contracts/tick'
import { EVENTS, FEATURES, ORDERS, REJECTS } from '@ebb/contracts/topics'
import type { NewRecord } from '@ebb/streaming/event-log'
import { decodePartitionRecord } from '@ebb/streaming/partition-record'
import { partitionOf } from '@ebb/streaming/partitioner'
import type { ProcessorPorts } from '@ebb/streaming/processor-options'
import { runProcessorToEnd } from '@ebb/streaming/run-to-end'
import { compareVersions, parseVersion } from '@ebb/streaming/version'
import { describe, expect, test } from 'vitest'
import { featuresDefinition, PLAIN_ACTIVITY_MS } from './features-definition.ts'
import {
  canonical,
  decoded,
  logged,
  memoryPorts,
  NOON,
  orderEvent,
  PARTITIONS,
  recordOf,
  recordsIn,
  SHOP,
  tickAfter,
} from './features-fixture.ts'

/** Visitors who share a partition. A first event that names a user would be told at once. */
const VISITORS = ['v4', 'v8', 'v9', 'v12']
const [VISITOR] = VISITORS as [string]
const KEY = `a:${VISITOR}`
const HERE = partitionOf(KEY, PARTITIONS)

const send = async (ports: ProcessorPorts, ...records: NewRecord[]): Promise<void> => {
  await ports.log.append({ topic: EVENTS, partition: HERE }, records)
  await runProcessorToEnd(featuresDefinition(SHOP), ports)
}

const of = (anonymousId: string) => ({ customer: { anonymousId } })
const view = (id: string, visitor = VISITOR) => recordOf(canonical(id, of(visitor)))
const order = (id: string) => recordOf(orderEvent(id, of(VISITOR)))

/** What was told of customers, in its sequence, each tick as its distance from noon in ms. */
const told = async ({ log }: ProcessorPorts): Promise<(string | number)[]> =>
  (await recordsIn(log, FEATURES, HERE)).map((record) =>
    record.key === TICK_KEY ? decoded<{ at: number }>(record).at - NOON : record.key,
  )

/** When plain activity of noon is told of a visitor, ms behind it. */
const turnOf = (visitor: string): number => {
  const { handle, dueAt } = featuresDefinition(SHOP)
  const at = { clock: NOON, partition: HERE }
  const { state } = handle(undefined, logged(view('1', visitor)), at)
  return dueAt!(state!, `a:${visitor}`, { clock: NOON, partition: 2 })! - NOON
}

const TURN = turnOf(VISITOR)
/** Everybody had a turn. */
const ALL = PLAIN_ACTIVITY_MS

describe('plain activity', () => {
  test('is told at the first tick of its customer’s next turn, and only once', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(0), view('1'), view('2'), tickAfter(TURN - 1))
    expect(await told(ports)).toEqual([0, TURN - 1])
    await send(ports, tickAfter(TURN), tickAfter(TURN + 5_000), tickAfter(2 * ALL))
    expect(await told(ports)).toEqual([0, TURN - 1, KEY, TURN, TURN + 5_000, 2 * ALL])
  })

  test('of each turn is told at its end, until there is none', async () => {
    const ports = memoryPorts()
    for (const turns of [0, 1, 2])
      await send(ports, tickAfter(turns * ALL), view(`${turns}`), tickAfter(TURN + turns * ALL))
    await send(ports, tickAfter(4 * ALL))
    expect((await told(ports)).filter((each) => each === KEY)).toHaveLength(3)
  })

  test('is told with the clock of that tick and all that came until then', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(0), view('1'), view('2'), tickAfter(ALL + 300_000))
    const [, record] = await recordsIn(ports.log, FEATURES, HERE)
    const { asOf, windows } = decoded<FeaturesRecord>(record!)
    expect(asOf).toBe(NOON + ALL + 300_000)
    expect(windows['d1']?.['productViews']).toBe(2)
  })

  test('is told once though the service starts again in between', async () => {
    const ports = memoryPorts()
    for (const record of [tickAfter(0), view('1'), tickAfter(ALL), tickAfter(2 * ALL)])
      await send(ports, record)
    expect(await told(ports)).toEqual([0, KEY, ALL, 2 * ALL])
  })

  test('before the first tick of a partition is told at it', async () => {
    const ports = memoryPorts()
    await send(ports, view('1'), tickAfter(0))
    expect(await told(ports)).toEqual([KEY, 0])
  })

  test('that an order follows is told with it, and not again', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(0), view('1'), order('o'), tickAfter(ALL))
    expect(await told(ports)).toEqual([0, KEY, ALL])
  })

  test('behind an order waits for the next turn', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(0), order('o'), view('1'), tickAfter(ALL))
    expect(await told(ports)).toEqual([0, KEY, KEY, ALL])
  })

  test('that comes again when it has been told is not told again', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(0), view('1'), tickAfter(ALL), view('1'), tickAfter(3 * ALL))
    expect(await told(ports)).toEqual([0, KEY, ALL, 3 * ALL])
  })

  test('of many visitors is told in front of the tick, in the order of their turns', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(0), ...VISITORS.toReversed().map((id) => view(id, id)))
    await send(ports, tickAfter(ALL))
    const inTurn = VISITORS.toSorted((a, b) => turnOf(a) - turnOf(b)).map((id) => `a:${id}`)
    expect(await told(ports)).toEqual([0, ...inTurn, ALL])
  })
})

describe('a tick', () => {
  test('is forwarded behind all that came before it', async () => {
    const ports = memoryPorts()
    await send(ports, order('o'), tickAfter(0), order('o2'))
    expect(await told(ports)).toEqual([KEY, 0, KEY])
  })

  test('of a zombie is forwarded as the clock that stands already', async () => {
    const ports = memoryPorts()
    await send(ports, tickAfter(5_000), tickAfter(2_000))
    expect(await told(ports)).toEqual([5_000, 5_000])
  })

  test('that runs ahead is rejected, and moves neither clock', async () => {
    const ports = memoryPorts()
    const DAY_MS = 86_400_000
    await send(ports, tickAfter(0), view('1'), tickAfter(DAY_MS + 60_001))
    expect(await told(ports)).toEqual([0])
    const { position } = await ports.store.read(HERE, [])
    expect(decodePartitionRecord(position!.record).clock).toBe(NOON)
    expect((await rejects(ports)).map(({ code }) => code)).toEqual(['EBB_TICK_AHEAD'])
  })
})

const rejects = async ({ log }: ProcessorPorts): Promise<RejectRecord[]> => {
  const all: RejectRecord[] = []
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    all.push(...(await recordsIn(log, REJECTS, partition)).map(decoded<RejectRecord>))
  return all
}

test('a poisoned event is rejected, and what stands behind it is handled', async () => {
  const ports = memoryPorts()
  const poison = { key: KEY, value: Buffer.from('{"torn'), headers: { ce_source: 'erp' } }
  const unknown = { key: '~promoted', value: Buffer.from('{}') }
  await send(ports, poison, unknown, order('o'), tickAfter(0))
  expect(await told(ports)).toEqual([KEY, 0])
  expect(await recordsIn(ports.log, ORDERS, HERE)).toHaveLength(1)
  expect((await rejects(ports)).map(({ source, code }) => `${source} ${code}`).sort()).toEqual([
    'erp EBB_EVENT_UNREADABLE',
    'features EBB_CONTROL_UNKNOWN',
  ])
})

test('what is told of a customer carries rising versions', async () => {
  const ports = memoryPorts()
  await send(ports, tickAfter(0), order('o'), view('1'), tickAfter(ALL))
  await send(ports, order('o2'), order('o3'))
  const versions = (await recordsIn(ports.log, FEATURES, HERE))
    .filter(({ key }) => key === KEY)
    .map(({ headers }) => parseVersion(headers['version'])!)
  expect(versions).toHaveLength(4)
  expect(versions.toSorted(compareVersions)).toEqual(versions)
  expect(new Set(versions.map((version) => JSON.stringify(version))).size).toBe(4)
})
