import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, test, vi } from 'vitest'
import { type CollectorPorts, createCollector, start } from './collector.ts'
import { eventsIn, memoryPorts, rejectsIn, SHOP, WRITE_KEY } from './collector-fixture.ts'
import { type FaultyLog, faultyLog, heardLogger } from './spool/spool-fixture.ts'

const headers = { authorization: `Bearer ${WRITE_KEY}` }
const event = (messageId: string, filling = 0) => ({
  event: 'Bell Rung',
  userId: 'ann',
  messageId,
  properties: { filling: 'x'.repeat(filling) },
})

let folder = ''
let ports: CollectorPorts
let faulty: FaultyLog
let heard: ReturnType<typeof heardLogger>
let collector: Awaited<ReturnType<typeof createCollector>>

const open = async (spool: { folder: string; limitBytes: number }) => {
  const { logger } = heard
  const config = { ...SHOP, spool: { ...spool, patienceMs: 20 } }
  collector = await createCollector({ ...ports, log: faulty.log, logger }, config)
}
const post = async (...events: unknown[]) => {
  const body = JSON.stringify(events)
  return collector.app.inject({ method: 'POST', url: '/v1/events', headers, body })
}
const ready = async () => {
  const reply = await collector.app.inject('/readyz')
  return { status: reply.statusCode, log: reply.json().checks['event log'] as string }
}
const idsInLog = async () => new Set((await eventsIn(ports.log)).map(({ id }) => id))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-collector-'))
  ports = memoryPorts()
  faulty = faultyLog(ports.log)
  heard = heardLogger()
})
afterEach(async () => {
  await collector.stop()
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

test('while the log is away, events are accepted and rejects kept, and it stays ready', async () => {
  await open({ folder, limitBytes: 1e6 })
  faulty.turn('away')
  const reply = await post(event('m-1'), { event: 'Bell Rung' })
  assert.equal(reply.statusCode, 200)
  assert.deepEqual([reply.json().accepted, reply.json().refused], [1, 1])
  assert.equal(collector.spooled(), 2)
  assert.equal((await ready()).status, 200)
  faulty.turn('there')
  await heard.heard('the spool is drained')
  assert.deepEqual([...(await idsInLog())], ['m-1'])
  assert.equal((await rejectsIn(ports.log)).length, 1)
  assert.equal(collector.spooled(), 0)
})

test('a log that went away while nobody sends is told, and that it is back', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await open({ folder, limitBytes: 1e6 })
  faulty.turn('silent')
  await vi.advanceTimersByTimeAsync(7_500)
  const told = 'the event log is away, 0 records wait in the spool'
  assert.deepEqual(await ready(), { status: 200, log: told })
  faulty.turn('there')
  await vi.advanceTimersByTimeAsync(0)
  assert.deepEqual(await ready(), { status: 200, log: 'ok' })
})

test('with nothing in it, a request goes nowhere', async () => {
  await open({ folder, limitBytes: 1e6 })
  faulty.turn('away')
  assert.equal((await post()).statusCode, 200)
  assert.equal(collector.spooled(), 0)
})

test('when the spool is full, requests are refused and it is not ready, until it is drained', async () => {
  await open({ folder, limitBytes: 10_000 })
  faulty.turn('away')
  assert.equal((await post(event('m-1', 8_000))).statusCode, 200)
  const refused = await post(event('m-2', 8_000))
  assert.equal(refused.statusCode, 503)
  assert.equal(refused.headers['retry-after'], '1')
  assert.equal(refused.json().error.code, 'EBB_SPOOL_FULL')
  const { status, log } = await ready()
  assert.equal(status, 503)
  assert.match(log, /EBB_SPOOL_FULL.* it holds all that it may/)
  faulty.turn('there')
  await heard.heard('the spool is drained')
  assert.equal((await ready()).status, 200)
  assert.equal((await post(event('m-2', 8_000))).statusCode, 200)
  assert.deepEqual([...(await idsInLog())], ['m-1', 'm-2'])
})

test('what waits when it stops is sent by the next one, which starts without the log', async () => {
  await open({ folder, limitBytes: 1e6 })
  faulty.turn('away')
  await post(event('m-1'))
  await collector.stop()
  await open({ folder, limitBytes: 1e6 })
  assert.equal((await post(event('m-2'))).statusCode, 200)
  assert.equal(collector.spooled(), 2)
  faulty.turn('there')
  await heard.heard('the spool is drained')
  assert.deepEqual([...(await idsInLog())], ['m-1', 'm-2'])
})

test('a collector that cannot listen gives the folder back', async () => {
  const config = { ...SHOP, host: '127.0.0.1', port: 0, spool: { folder, limitBytes: 1e6 } }
  const other = await start(ports, { ...SHOP, host: '127.0.0.1', port: 0 })
  try {
    const port = Number(new URL(other.url).port)
    await assert.rejects(start(ports, { ...config, port }), { code: 'EBB_HTTP_PORT_IN_USE' })
  } finally {
    await other.stop()
  }
  await open({ folder, limitBytes: 1e6 })
})

const DISK = mkdtempSync(join(tmpdir(), 'ebb-disk-'))
const shell = (command: string) => spawnSync('sh', ['-c', command], { encoding: 'utf8' })
const mount = shell(`mount -t tmpfs -o size=1m tmpfs ${DISK}`)
const isMounted = mount.status === 0
if (!isMounted) {
  console.warn(`SKIPPED: a disk that is really full (only root can mount one: ${mount.stderr})`)
}

describe.skipIf(!isMounted)('on a disk of 1 MB', () => {
  const disk = { folder: join(DISK, 'spool'), limitBytes: 1e9 }

  test('a full disk refuses requests, and loses nothing that was accepted', async () => {
    await open(disk)
    faulty.turn('away')
    const statuses = new Map<string, number>()
    const send = async (id: string, filling: number) => {
      statuses.set(id, (await post(event(id, filling))).statusCode)
    }
    for (let i = 0; i < 40; i += 1) await send(`large ${i}`, 30_000)
    for (let i = 0; i < 40; i += 1) await send(`small ${i}`, i)
    assert.deepEqual(new Set(statuses.values()), new Set([200, 503]))
    assert.equal(statuses.get('large 0'), 200)
    const refused = await post(event('refused', 30_000))
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal(refused.json().error.code, 'EBB_SPOOL_FULL')
    assert.match(refused.json().error.message, /ENOSPC/)
    assert.match((await ready()).log, /ENOSPC/)
    faulty.turn('there')
    await heard.heard('the spool is drained')
    assert.equal((await ready()).status, 200)
    const accepted = [...statuses].filter(([, status]) => status === 200).map(([id]) => id)
    const inLog = await idsInLog()
    assert.deepEqual(
      accepted.filter((id) => !inLog.has(id)),
      [],
    )
  })

  test('a disk that is full from the start refuses until the log is back', async () => {
    await open(disk)
    shell(`dd if=/dev/zero of=${join(DISK, 'filling')}`)
    faulty.turn('away')
    for (const id of ['m-1', 'm-2']) {
      const reply = await post(event(id, 10_000))
      assert.equal(reply.json().error.code, 'EBB_SPOOL_FULL')
    }
    // Between two looks whether the log is back.
    while ((await ready()).status !== 503) await post(event('m-3', 10_000))
    const told = heard.messages.filter((message) => message.includes('the event log is away,'))
    assert.equal(told.length, 1)
    faulty.turn('there')
    while ((await post(event('m-4'))).statusCode !== 200);
    assert.equal((await ready()).status, 200)
    assert.ok((await idsInLog()).has('m-4'))
  })
})

afterAll(() => {
  if (isMounted) shell(`umount ${DISK}`)
  rmSync(DISK, { recursive: true })
})
