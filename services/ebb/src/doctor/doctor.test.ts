import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { openKeysFile } from '@ebb/runtime/keys-file'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CliContext } from '../cli-context.ts'
import { keysFileOf } from '../commands/keys.ts'
import { day, live, order, type TestShop, testShop } from '../commands/shop-fixture.ts'
import type { Check } from './check.ts'
import { doctorCommand } from './doctor.ts'

let shop: TestShop
let closing: (() => unknown)[]
let port: number
beforeEach(async () => {
  shop = testShop(embeddedEngines)
  closing = []
  port = await freePort()
  urls = { collectorUrl: '', featuresUrl: '', retentionUrl: '', insightsUrl: '' }
})
afterEach(async () => {
  for (const close of closing) await close()
  shop.remove()
})

/** A port on which nothing listens. */
const freePort = async (): Promise<number> => {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Answers `/readyz`; resolves to its port. */
const service = async (status: number, body: string): Promise<number> => {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/readyz' ? status : 404).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  return (server.address() as AddressInfo).port
}

/** Addresses that are named, by setting. */
let urls: Record<'collectorUrl' | 'featuresUrl' | 'retentionUrl' | 'insightsUrl', string>

const doctor = (context: CliContext) =>
  doctorCommand(context, {
    ...{ host: '127.0.0.1', collectorPort: port, featuresPort: port },
    ...{ retentionPort: port, insightsPort: port, spoolLimitBytes: 1_000, webhookUrl: '' },
    ...urls,
  })

const examine = async (...args: string[]): Promise<Record<string, Check>> => {
  const [line, ...rest] = await shop.run(doctor, '--json', ...args)
  expect(rest).toEqual([])
  const { checks } = JSON.parse(line!) as { checks: Check[] }
  return Object.fromEntries(checks.map((check) => [check.name, check]))
}

const statuses = (checks: Record<string, Check>): Record<string, string> =>
  Object.fromEntries(Object.values(checks).map(({ name, status }) => [name, status]))

test('a running installation is well in every respect', async () => {
  port = await service(200, '{"status":"ready"}')
  await openKeysFile(keysFileOf(shop.context, shop.folder)).create({
    kind: 'write',
    source: 'storefront',
  })
  await shop.owned(async (engines) => {
    const now = Date.now()
    await live(engines, [order('anna', now - 1_000)], [now])
    const lines = await shop.run(doctor)
    expect(lines.filter((line) => !line.startsWith('ok  '))).toEqual([
      '',
      '18 checks: 18 ok, 0 warn, 0 fail',
    ])
    expect(lines.join('\n')).toContain(`process ${process.pid} (a test) since 20`)
    expect(lines.join('\n')).toContain('behind the wall clock, partitions alike')
  })
  expect(shop.exitCodes).toEqual([])
})

test('an installation that was stopped gets warnings and how to go on, but does not fail', async () => {
  await shop.live([order('anna', day(0))], [day(1)])
  writeFileSync(join(shop.folder, 'owner.json'), '{"pid":0,"what":"ebb up","since":"yesterday"}')
  const checks = await examine()
  expect(checks['owner']).toEqual({
    ...{ name: 'owner', status: 'warn' },
    found: 'nothing runs; the last was process 0 (ebb up)',
    mend: 'Start `ebb up`: without it no event is taken and no silence is heard',
  })
  expect(checks['keys']).toMatchObject({
    status: 'warn',
    mend: expect.stringContaining('ebb keys'),
  })
  expect(checks['collector http']).toMatchObject({ status: 'warn' })
  expect(checks['clock']?.found).toContain('it stands still while nothing runs')
  expect(shop.exitCodes).toEqual([])
})

test('a service that does not answer although its process lives fails the examination', async () => {
  await shop.live([order('anna', day(0))], [day(1)])
  const { 'features http': features, clock } = await examine()
  expect(features).toMatchObject({
    status: 'fail',
    mend: expect.stringContaining('--features-port'),
  })
  expect(clock).toMatchObject({ status: 'warn' })
  expect(shop.exitCodes).toEqual([1])
})

test('a service that is not ready is quoted', async () => {
  await shop.live([], [day(1)])
  const notReady = await service(503, '{"checks":{"log":"gone"}}')
  const { 'collector http': check } = await examine('--collector-port', String(notReady))
  expect(check).toMatchObject({
    status: 'fail',
    found: expect.stringContaining('(503): log: gone'),
  })
})

test('a service whose address is named is asked there, unless an option says otherwise', async () => {
  await shop.live([], [day(1)])
  urls.collectorUrl = `http://127.0.0.1:${await service(200, '{}')}`
  urls.featuresUrl = `http://127.0.0.1:${port}`
  const { 'collector http': collector, 'features http': features } = await examine()
  expect(collector).toMatchObject({ status: 'ok', found: `ready at ${urls.collectorUrl}` })
  expect(features).toMatchObject({
    ...{ status: 'fail', found: `nothing answers at ${urls.featuresUrl}` },
    mend: 'Mend the service, or the address in EBB_FEATURES_URL',
  })
  const { 'collector http': other } = await examine('--collector-port', String(port))
  expect(other?.found).toBe(`nothing answers at http://127.0.0.1:${port}`)
})

test('keys are looked for in the file that is named, but in that of the data folder for another', async () => {
  await shop.live([], [day(1)])
  const keysFile = join(shop.folder, 'mounted.json')
  await openKeysFile(keysFile).create({ kind: 'write', source: 'storefront' })
  Object.assign(shop.context, { keysFile })
  expect((await examine())['keys']).toMatchObject({ status: 'ok', found: '1 write, 0 secret' })
  const other = join(shop.folder, 'other')
  mkdirSync(other)
  expect((await examine('--data', other))['keys']).toMatchObject({ status: 'warn' })
})

test('a folder that is missing, is a file, or is empty fails with what to do', async () => {
  const missing = join(shop.folder, 'missing')
  expect((await examine('--data', missing))['data folder']?.found).toContain('does not exist')
  writeFileSync(join(shop.folder, 'file'), '')
  const file = await examine('--data', join(shop.folder, 'file'))
  expect(file['data folder']?.found).toContain('is not a folder')
  const empty = join(shop.folder, 'empty')
  mkdirSync(empty)
  expect(statuses(await examine('--data', empty))).toMatchObject({
    ...{ 'data folder': 'ok', owner: 'warn', 'event log': 'fail' },
  })
  expect(shop.exitCodes).toEqual([1, 1, 1])
})

test('files that cannot be read are found, and the other checks are made all the same', async () => {
  await shop.live([], [day(1)])
  writeFileSync(join(shop.folder, 'keys.json'), 'not JSON')
  const checks = await examine()
  expect(statuses(checks)).toMatchObject({ installation: 'ok', keys: 'fail', topics: 'ok' })
  expect(checks['keys']?.mend).toContain('Restore the file')
  writeFileSync(join(shop.folder, 'log.db'), 'not a database'.repeat(1_000))
  expect((await examine())['event log']).toMatchObject({ status: 'fail' })
})

test('a demonstration and a replay have clocks of their own, and a replay needs no services', async () => {
  await shop.owned((engines) => live(engines, [], [day(9)]), 'demonstration')
  writeFileSync(join(shop.folder, 'owner.json'), '{"pid":0,"what":"ebb demo","since":""}')
  const stopped = await examine()
  expect(stopped['owner']?.mend).toContain('Start `ebb demo`')
  expect(stopped['clock']).toMatchObject({
    ...{ status: 'ok', found: expect.stringContaining('demonstration: 2026-01-10') },
  })
  const replayed = testShop(embeddedEngines)
  closing.push(replayed.remove)
  await replayed.owned((engines) => live(engines, [], [day(9)]), 'replay')
  const checks = await examine('--data', replayed.folder)
  expect(checks['clock']).toMatchObject({
    ...{ status: 'ok', found: expect.stringContaining('replayed file: 2026-01-10') },
  })
  expect(Object.keys(checks)).not.toContain('owner')
})
