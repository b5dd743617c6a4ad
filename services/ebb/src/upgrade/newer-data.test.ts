import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ALERTS, EMBEDDED_PARTITIONS, FEATURES, INSTALLATION } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { openSqliteEventLog } from '@ebb/embedded/sqlite-event-log'
import { openSqlitePartitionStore } from '@ebb/embedded/sqlite-partition-store'
import { wallClock } from '@ebb/runtime/clock'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runRebuild } from '../rebuild/run-rebuild.ts'
import { copyOfEarlierData, EARLIER, removeCopy } from './earlier-data.ts'
import { startOn } from './running-copy.ts'

let folder: string
beforeEach(() => {
  folder = copyOfEarlierData()
})
afterEach(() => removeCopy(folder))

const PARTITIONS = Array.from({ length: EMBEDDED_PARTITIONS }, (_, partition) => partition)

type Bytes = Uint8Array

/** Writes the states and partition records of a processor as another version would have. */
const rewrite = async (
  processor: string,
  as: { readonly state?: (state: Bytes) => Bytes; readonly record?: (record: Bytes) => Bytes },
): Promise<void> => {
  const store = openSqlitePartitionStore(join(folder, `${processor}.db`), 'killed-process')
  const { state = (same: Bytes) => same, record = (same: Bytes) => same } = as
  for (const partition of PARTITIONS) {
    const { epoch, position } = await store.acquire(partition)
    const states = new Map<string, Bytes>()
    for await (const [key, bytes] of store.scan(partition)) states.set(key, state(bytes))
    const moved = { offset: position!.offset, record: record(position!.record) }
    const commit = { epoch, expectedOffset: position!.offset, states, position: moved }
    expect(await store.commit(partition, commit)).toBe('committed')
  }
  store.close()
}

/** With another byte at a place. */
const changed =
  (at: number, to: number) =>
  (bytes: Bytes): Bytes =>
    Uint8Array.from(bytes, (byte, index) => (index === at ? to : byte))

/** Everything that was made of the events: states with the offsets they stand at, and topics. */
const made = async (): Promise<unknown> => {
  const all: unknown[] = []
  for (const processor of ['features', 'scorer']) {
    const store = openSqlitePartitionStore(join(folder, `${processor}.db`), 'killed-process')
    for (const partition of PARTITIONS) {
      const { position } = await store.read(partition, [])
      all.push([processor, position!.offset, Buffer.from(position!.record).toString()])
      for await (const [key, state] of store.scan(partition))
        all.push([key, Buffer.from(state).toString('hex')])
    }
    store.close()
  }
  const log = openLog()
  for (const topic of [FEATURES, ALERTS])
    for (const partition of PARTITIONS)
      all.push([topic, (await log.read({ topic, partition }, 0, 0)).end])
  await log.close()
  return all
}

const openLog = () =>
  openSqliteEventLog({
    ...{ file: join(folder, 'log.db'), now: () => EARLIER.now },
    durability: 'killed-process',
  })

/** Starts this version on it: what it tells a person before it ends, and with which code. */
const refusal = async (): Promise<{ told: string; code: number }> => {
  const told = Promise.withResolvers<string>()
  const exited = Promise.withResolvers<number>()
  const end = { tell: told.resolve, exit: exited.resolve }
  // A halt may come before all runs; then what is left cannot start.
  await startOn({ engines: embeddedEngines, folder, end }).catch(() => {})
  return { told: await told.promise, code: await exited.promise }
}

const rebuild = () =>
  runRebuild(embeddedEngines, {
    ...{ place: { folder, namespace: '' }, now: wallClock.now },
    ...{ interrupted: new AbortController().signal, onProgress: () => {}, onRetry: () => {} },
  })

describe('data that a newer version wrote', () => {
  const field = (record: Bytes): Bytes =>
    Buffer.from(JSON.stringify({ ...JSON.parse(String(Buffer.from(record))), sharding: 2 }))
  test.each([
    // One byte of our own, the head of an array, then its version.
    { of: 'features', state: changed(2, 6), why: /it has version 6, .* reads 1 to 5;/ },
    { of: 'scorer', state: changed(1, 6), why: /has layout 6, .* reads 2 to 5;/ },
    { of: 'features', record: field, why: /has "sharding", .* does not know;/ },
  ])('as states of $of is refused and left as it is; a rebuild mends it: $why', async (newer) => {
    const { of, why, ...as } = newer
    await rewrite(of, as)
    const before = await made()
    const { told, code } = await refusal()
    expect(told).toMatch(/^EBB_STATE_VERSION: /)
    expect(told).toMatch(why)
    expect(told).toMatch(/run the one that wrote it, or make the states again with `ebb rebuild`/)
    expect(code).toBe(1)
    expect(await made()).toEqual(before)
    const { statesDigest } = (await rebuild())!
    removeCopy(folder)
    folder = copyOfEarlierData()
    expect(await rebuild()).toMatchObject({ statesDigest })
  })

  test('as the description of an installation is refused before anything else', async () => {
    const log = openLog()
    const at = { topic: INSTALLATION, partition: 0 }
    const [begun] = (await log.read(at, 0, 1)).records
    const newer = { ...JSON.parse(String(Buffer.from(begun!.value))), model: 'another' }
    await log.append(at, [{ key: begun!.key, value: Buffer.from(JSON.stringify(newer)) }])
    await log.close()
    const before = await made()
    await expect(startOn({ engines: embeddedEngines, folder })).rejects.toMatchObject({
      code: 'EBB_INSTALLATION_UNREADABLE',
      fix: expect.stringContaining('use the version of Ebb that wrote it'),
    })
    expect(await made()).toEqual(before)
  })

  test('as access keys is refused, and nobody is told to delete them', async () => {
    const file = join(folder, 'keys.json')
    const text = readFileSync(file, 'utf8').replace('"version": 1', '"version": 2')
    writeFileSync(file, text)
    expect(() => openKeysFile(file)).toThrow(
      expect.objectContaining({
        code: 'EBB_KEYS_UNREADABLE',
        fix: expect.stringMatching(/^Run that version/),
      }),
    )
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('as a spool is refused, and waits', async () => {
    const file = join(folder, 'spool', '0000000000000001.spool2')
    writeFileSync(file, 'frames of another kind')
    const started = startOn({ engines: embeddedEngines, folder })
    await expect(started).rejects.toMatchObject({ code: 'EBB_SPOOL_NEWER', where: file })
    expect(readFileSync(file, 'utf8')).toBe('frames of another kind')
  })
})
