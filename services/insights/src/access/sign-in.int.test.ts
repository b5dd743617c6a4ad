import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { KEYS, type Rig, startRig } from '../insights-fixture.ts'
import type { DashboardPerson } from './dashboard-keys.ts'

const server = await usePostgres()
const HOUR_MS = 3_600_000

describe.skipIf(server === undefined)('signing in', () => {
  let rig: Rig
  let wall: number
  let changed: DashboardPerson | undefined | null
  beforeEach(async () => {
    wall = 1_000_000
    changed = null
    const keys = {
      find: KEYS.find,
      byId: (id: string) => (changed === null ? KEYS.byId(id) : changed),
    }
    rig = await startRig(server!.url, { ports: { keys, wall: { now: () => wall } } })
  })
  afterEach(() => rig.stop())

  const page = () => ({ 'x-ebb-request': '1', origin: rig.service.url })
  const signIn = (token: string, headers: Record<string, string> = page()) =>
    fetch(`${rig.service.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    })
  const cookieOf = async (role: string): Promise<string> =>
    (await signIn(`token-${role}`)).headers.getSetCookie()[0]!.split(';')[0]!
  const ask = (cookie: string, method = 'GET', headers: Record<string, string> = {}) =>
    fetch(`${rig.service.url}/api/session`, { method, headers: { cookie, ...headers } })
  const codeOf = async (answer: Response): Promise<string> =>
    ((await answer.json()) as { error: { code: string } }).error.code

  test('gives a cookie that no script can read, and says who it is', async () => {
    const answer = await signIn('token-analyst')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({
      name: 'Ann analyst',
      role: 'analyst',
      installation: {
        ...{ kind: 'live', timeZone: 'Europe/Berlin', currency: 'EUR', currencyExponent: 2 },
      },
    })
    const [cookie] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/; Max-Age=43200; Path=\/api; HttpOnly; SameSite=Strict$/)
    expect(await (await ask(cookie!.split(';')[0]!)).json()).toMatchObject({ role: 'analyst' })
  })

  test('holds for twelve hours', async () => {
    const cookie = await cookieOf('viewer')
    wall += 12 * HOUR_MS - 1
    expect((await ask(cookie)).status).toBe(200)
    wall += 1
    const answer = await ask(cookie)
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'EBB_INSIGHTS_SIGN_IN'])
  })

  test('ends at once when the key is revoked, and changes with its role', async () => {
    const cookie = await cookieOf('viewer')
    changed = { id: 'key_viewer', name: 'Ann', role: 'operator' }
    expect(await (await ask(cookie)).json()).toMatchObject({ role: 'operator' })
    changed = undefined
    expect((await ask(cookie)).status).toBe(401)
  })

  test('is not taken from a cookie that somebody changed', async () => {
    const cookie = await cookieOf('viewer')
    expect((await ask(cookie.replace('viewer', 'admin'))).status).toBe(401)
    expect((await ask(cookie.slice(0, -3))).status).toBe(401)
  })

  test('is over when somebody signs out', async () => {
    const answer = await ask(await cookieOf('viewer'), 'DELETE', page())
    expect(answer.status).toBe(204)
    expect(answer.headers.getSetCookie()[0]).toMatch(/=; Max-Age=0; Path=\/api;/)
  })

  test('needs a token that is known', async () => {
    const answer = await signIn('token-of-nobody')
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'EBB_INSIGHTS_TOKEN'])
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('waits a minute behind ten wrong tokens, also with the right one', async () => {
    for (let tried = 0; tried < 10; tried += 1) await signIn('wrong')
    const answer = await signIn('token-admin')
    expect([answer.status, await codeOf(answer)]).toEqual([429, 'EBB_INSIGHTS_TRIES'])
    expect((await rig.get('/api/session')).status).toBe(429)
    wall += 60_000
    expect((await signIn('token-admin')).status).toBe(200)
  })

  test.each([
    ['another origin', { 'x-ebb-request': '1', origin: 'http://evil.example' }],
    ['no origin', { 'x-ebb-request': '1' }],
    ['an origin that is none', { 'x-ebb-request': '1', origin: 'null' }],
    ['no header of ours', {}],
  ])('and changing anything is refused with %s', async (_what, headers) => {
    const own = 'x-ebb-request' in headers ? {} : { origin: rig.service.url }
    const answer = await signIn('token-admin', { ...own, ...headers } as Record<string, string>)
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'EBB_INSIGHTS_ORIGIN'])
    const cookie = await cookieOf('viewer')
    const out = await ask(cookie, 'DELETE', { ...own, ...headers } as Record<string, string>)
    expect(out.status).toBe(403)
  })

  test('a script that sends its token needs neither origin nor header', async () => {
    const headers = { authorization: 'Bearer token-viewer' }
    const answer = await fetch(`${rig.service.url}/api/session`, { method: 'DELETE', headers })
    expect(answer.status).toBe(204)
  })
})
