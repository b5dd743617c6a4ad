// Lets another version of Ebb write a small data folder, for the tests of what a later one makes of it.
//
//   git clone . ../ebb-before && cd ../ebb-before && git checkout COMMIT && npm ci
//   node services/ebb/src/upgrade/make-fixture.ts ../ebb-before fixtures/VERSION
//
// Under Node 24, from the root of this repository, which has to be installed. All is written by that
// version's own programs; PostgreSQL's tables are taken as SQL while it runs.
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { SCOPE_CUSTOMERS_READ } from '@ebb/features/customer-routes'
import { SCOPE_COUPONS_REDEEM } from '@ebb/retention/http/coupon-operations'
import { type NodeProcess, startNodeProcess } from '@ebb/testkit/node-process'
import { postEvents, type StartedShop, seen, startedShop } from '../commands/live-shop.ts'
import { ANY_PORTS } from '../ebb-process.ts'
import { dumpSchema } from './dump-schema.ts'
import { leaveSpool } from './fill-spool.ts'
import {
  fixtureHistory,
  fixturePolicy,
  orderOf,
  quietHoursAround,
  SILENT,
  WAITING,
} from './fixture-history.ts'

const [from, name] = process.argv.slice(2)
if (from === undefined || name === undefined) throw new Error('name the sources, and the fixture')
const sources = resolve(from)
const target = join(import.meta.dirname, name)
const work = mkdtempSync(join(tmpdir(), 'ebb-make-fixture-'))
const data = join(work, 'data')

const start = (...args: string[]): NodeProcess =>
  startNodeProcess({
    name: `ebb ${args[0]} of the other version`,
    main: join(sources, 'services/ebb/src/main.ts'),
    args,
    cwd: work,
    env: { PATH: dirname(process.execPath), ...ANY_PORTS },
  })

const run = async (...args: string[]): Promise<string> => {
  const { code, out, err } = await start(...args, '--data', data).ended
  if (code !== 0) throw new Error(`ebb ${args.join(' ')} ended with ${code}: ${err}`)
  return out.trim()
}

const put = async (file: string, text: string): Promise<void> => {
  writeFileSync(join(work, file), text)
  await run('policy', 'apply', join(work, file))
}

interface Decision {
  readonly customerId: string
  readonly status: string
  readonly coupon?: { readonly code: string }
}

/** The coupons of all these customers, by customer, when their decisions have a status. */
const coupons = (customers: readonly string[], status: string): Promise<Record<string, string>> =>
  seen(async () => {
    const lines = (await run('winbacks', 'list', '--json')).split('\n').filter(Boolean)
    const all = lines.map((line) => JSON.parse(line) as Decision)
    const own = all.filter((each) => each.status === status && each.coupon !== undefined)
    const codes = Object.fromEntries(
      own.map(({ customerId, coupon }) => [customerId.slice('u:'.length), coupon!.code]),
    )
    return customers.every((customer) => codes[customer] !== undefined) && codes
  })

const takeCoupon = async (
  { retention }: StartedShop,
  { shopKey, code, ...order }: { shopKey: string; code: string; userId: string; what: string },
): Promise<Record<string, unknown>> => {
  const { userId, what } = order
  const response = await fetch(`${retention}/v1/coupons/${code}/${what}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${shopKey}`,
      'content-type': 'application/json',
      'idempotency-key': `${what} of ${userId}`,
    },
    body: JSON.stringify({
      userId,
      orderId: `cart of ${userId}`,
      totalMinor: 3_000,
      currency: 'USD',
    }),
  })
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

const posted = async (shop: StartedShop, events: readonly object[]): Promise<void> => {
  const answer = await postEvents(shop, events)
  if (!answer.ok && answer.status !== 400)
    throw new Error(`${answer.status} ${await answer.text()}`)
}

const schemas = async (): Promise<Record<string, string>> => {
  const { port, password } = JSON.parse(readFileSync(join(data, 'postgres/access.json'), 'utf8'))
  const url = `postgres://ebb:${password}@127.0.0.1:${port}/ebb`
  const dumped = ['retention', 'insights'].map(
    async (schema) => [`${schema}.sql`, await dumpSchema({ url, schema, sources })] as const,
  )
  return Object.fromEntries(await Promise.all(dumped))
}

/** Lives through all that the fixture holds; resolves to what a test cannot find in it. */
const live = async () => {
  const ebb = start('up', '--data', data)
  const shop = await startedShop(ebb)
  const key = ['keys', 'create', '--source', 'shop', '--secret', '--json', '--scope']
  const made = JSON.parse(await run(...key, SCOPE_COUPONS_REDEEM, SCOPE_CUSTOMERS_READ))
  const shopKey = made.key as string
  await put('policy.yaml', fixturePolicy())
  await run('winbacks', 'live')
  await run('winbacks', 'exclude', 'u:regular', '--note', 'of the fixture')
  const now = Date.now()
  await posted(shop, fixtureHistory(now))
  const codes = await coupons(SILENT, 'sent')
  const reservation = { shopKey, code: codes['reserved']!, userId: 'reserved' }
  const { reservationId } = await takeCoupon(shop, { ...reservation, what: 'reservations' })
  const redemption = { shopKey, code: codes['redeemed']!, userId: 'redeemed', what: 'redemptions' }
  const redeemed = await takeCoupon(shop, redemption)
  await posted(shop, [orderOf('returning', now)])
  await put('quiet.yaml', fixturePolicy(quietHoursAround(now)))
  await posted(shop, [orderOf(WAITING, now - 40 * 86_400_000)])
  const waiting = await coupons([WAITING], 'waiting')
  await seen(async () => (await run('alerts')).includes('recovered'))
  const sql = await schemas()
  await ebb.kill('SIGTERM')
  const { writeKey } = shop
  const taken = { codes: { ...codes, ...waiting }, reservationId, redeemed }
  return { now, shopKey, writeKey, ...taken, sql }
}

/** How that version counts what it wrote, made again from the log by itself; in a copy. */
const digestOf = async (): Promise<Record<string, unknown>> => {
  const copy = join(work, 'copy')
  cpSync(data, copy, { recursive: true })
  const { code, out, err } = await start('rebuild', '--json', '--data', copy).ended
  if (code !== 0) throw new Error(err)
  const { generation: _, ...counted } = JSON.parse(out.trim().split('\n').at(-1)!)
  return counted
}

const keep = (file: string, bytes: Buffer | string): void => {
  mkdirSync(dirname(join(target, file)), { recursive: true })
  writeFileSync(join(target, `${file}.gz`), gzipSync(bytes, { level: 9 }))
}

try {
  const { sql, ...facts } = await live()
  await leaveSpool({
    sources,
    folder: join(data, 'spool'),
    keys: join(data, 'keys.json'),
    now: facts.now,
  })
  const { version } = JSON.parse(readFileSync(join(sources, 'services/ebb/package.json'), 'utf8'))
  const commit = execFileSync('git', ['-C', sources, 'rev-parse', 'HEAD'], { encoding: 'utf8' })
  const notes = { version, commit: commit.trim(), ...facts, counted: await digestOf() }
  rmSync(target, { recursive: true, force: true })
  for (const file of globSync(
    ['{log,features,scorer}.db', 'keys.json', 'session.key', 'spool/*.spool'],
    { cwd: data },
  ))
    if (statSync(join(data, file)).isFile()) keep(file, readFileSync(join(data, file)))
  for (const [file, text] of Object.entries(sql)) keep(file, text)
  writeFileSync(join(target, 'fixture.json'), `${JSON.stringify(notes, null, 2)}\n`)
} finally {
  rmSync(work, { recursive: true, force: true })
}
