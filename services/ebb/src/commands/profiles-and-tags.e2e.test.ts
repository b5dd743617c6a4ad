import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CustomerDetail, CustomerPage } from '@ebb/contracts/dashboard-api'
import type { NodeProcess } from '@ebb/testkit/node-process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANY_PORTS, endAll, runEbb, startEbb } from '../ebb-process.ts'
import { orderBy, postEvents, type StartedShop, seen, startedShop } from './live-shop.ts'

let data: string
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'ebb-tags-'))
})
afterAll(async () => {
  await endAll()
  rmSync(data, { recursive: true })
})

const up = (): NodeProcess =>
  startEbb(['up', '--data', data], {
    env: { ...process.env, ...ANY_PORTS, EBB_LOG_LEVEL: 'warn' },
  })
const ebb = async (...args: string[]): Promise<string> => {
  const ended = await runEbb([...args, '--data', data])
  if (ended.code !== 0) throw new Error(`${args.join(' ')}: ${ended.err}${ended.out}`)
  return ended.out.trim()
}
const fileWith = (name: string, text: string): string => {
  const path = join(data, name)
  writeFileSync(path, text)
  return path
}

const RULES = JSON.stringify({
  tags: [
    { tag: 'twice', when: 'orders.d90 >= 2 && revenue.lifetime > 39.0' },
    { tag: 'gold', when: 'has(profile.plan) && profile.plan == "gold"' },
  ],
})

test('what a shop says and imports is seen by role, and tags follow it', async () => {
  const first = up()
  const shop = await startedShop(first)
  const traits = { plan: 'free', email: 'ann@shop.example', age: 35 }
  const identify = { type: 'identify', userId: 'ann', messageId: 'i1', traits }
  const events = [orderBy('ann', 'o1'), orderBy('ann', 'o2'), orderBy('ben', 'o3'), identify]
  expect((await postEvents(shop, events)).status).toBe(200)
  const [support, analyst] = await Promise.all(
    ['support', 'analyst'].map((role) => ebb('keys', 'create', '--source', role, '--role', role)),
  )
  const get = async <T>({ dashboard }: StartedShop, path: string, token: string): Promise<T> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await (await fetch(`${dashboard}/api${path}`, { headers })).json()) as T
  }
  const ann = (of: StartedShop, token: string) =>
    get<CustomerDetail>(of, '/customers/u%3Aann', token)
  const before = await seen(async () => {
    const customer = await ann(shop, support!)
    return customer.profile !== undefined && customer.orders === 2 && customer
  })
  expect(before).toMatchObject({ lifecycle: 'new', tags: [], profile: { attributes: traits } })
  expect((await ann(shop, analyst!)).profile).toEqual({
    ...{ attributes: { plan: 'free', age: 35 }, hidden: 1 },
  })

  expect(await ebb('tags', 'apply', fileWith('tags.json', RULES))).toMatch(/^In force as version 1/)
  await seen(async () => (await ann(shop, support!)).tags.includes('twice'))
  first.kill('SIGTERM')
  await first.ended

  const crm = fileWith('crm.csv', 'user_id,plan,city\nann,gold,Bonn\nnobody,gold,Ulm\n')
  expect(await ebb('import', 'profiles', crm)).toContain('2 profiles were sent.')
  const again = await startedShop(up())
  const after = await seen(async () => {
    const customer = await ann(again, support!)
    return customer.tags.length === 2 && customer
  })
  expect(after).toMatchObject({
    tags: ['gold', 'twice'],
    profile: { attributes: { ...traits, plan: 'gold', city: 'Bonn' } },
    timeline: before.timeline,
  })
  const page = await get<CustomerPage>(again, '/customers?tag=gold&lifecycle=new', analyst!)
  expect(page.customers.map(({ customerId }) => customerId)).toEqual(['u:ann'])
  expect(page).toMatchObject({ total: 1, tags: ['twice', 'gold'], lifecycles: { new: 1 } })
})
