import { ROLES, type Role } from '@ebb/contracts/dashboard-api'
import { onlyGeneration } from '@ebb/streaming/generation'
import { usePostgres } from '@ebb/testkit/engines'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiRoutes } from '../api-routes.ts'
import {
  KEYS,
  NOON,
  type Rig,
  rigConfig,
  SILENT,
  startRig,
  waitingLog,
} from '../insights-fixture.ts'
import { ROUTE_ROLES } from './route-roles.ts'

const server = await usePostgres()

/** What each role is for, in the words of its description: a second source beside the table. */
const MEANT: { readonly [role in Role]: readonly RegExp[] } = {
  viewer: [/api\/(session|live|alerts)/],
  analyst: [
    /api\/(session|live|alerts|customers|quality|grades)/,
    /^GET .*winbacks\/(summary|truth|decis|excl|pol)/,
  ],
  marketer: [/api\/(session|live|alerts|customers|winbacks|quality|grades)/],
  support: [/api\/(session|live|alerts|customers$|customers\/)/, /winbacks\/(coupons|decisions)/],
  operator: [/api\/(session|live|alerts|rejects|quality|grades|setup)/, /winbacks\/mode/],
  admin: [/./],
}

/** Every route that the server has, as it registers them. */
const registered = async (): Promise<string[]> => {
  const app = fastify()
  const found: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    found.push(...[method].flat().map((each) => `${each} ${url}`))
  })
  // Routes are registered without asking anything of it.
  const postgres = null as never
  const clock = { now: () => NOON }
  const onHalt = () => {}
  const ports = {
    generations: onlyGeneration({ generation: 0, log: waitingLog() }),
    postgres,
    keys: KEYS,
    clock,
    wall: clock,
    logger: SILENT,
    onHalt,
  }
  const streams = await apiRoutes(app, ports, rigConfig('/nowhere'))
  await app.ready()
  await streams.stop()
  await app.close()
  return found.filter((route) => !route.startsWith('HEAD '))
}

const routes = await registered()
const cells = routes.flatMap((route) => ROLES.map((role) => [route, role] as const))

test('the table has the routes of the server, and no other', () => {
  expect(routes.toSorted()).toEqual(Object.keys(ROUTE_ROLES).toSorted())
})

describe.skipIf(server === undefined)('every route for every role', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(server!.url)
  })
  afterAll(() => rig.stop())

  const page = () => ({ 'x-ebb-request': '1', origin: rig.service.url })
  /** Only the beginning of the answer: some of them are streams. */
  const statusOf = async (route: string, headers: Record<string, string>): Promise<number> => {
    const [method, path] = route.split(' ') as [string, string]
    const url = `${rig.service.url}${path.replace(/:\w+/, 'u:ann')}`
    const leave = new AbortController()
    const answer = await fetch(url, { method, headers, signal: leave.signal })
    leave.abort()
    return answer.status
  }
  const isDenied = (status: number): boolean => status === 401 || status === 403

  test.each(cells)('%s for %s is as the table says', async (route, role) => {
    const allowed = ROUTE_ROLES[route]!
    const status = await statusOf(route, { ...page(), authorization: `Bearer token-${role}` })
    if (allowed === 'anyone' || allowed.includes(role)) expect(isDenied(status)).toBe(false)
    else expect(status).toBe(403)
  })

  test.each(cells)('%s for %s is as the role is meant', (route, role) => {
    const allowed = ROUTE_ROLES[route]!
    const isMeant = MEANT[role].some((part) => part.test(route))
    expect(allowed === 'anyone' || allowed.includes(role)).toBe(isMeant)
  })

  test.each(routes)('%s without a sign-in is refused, unless it is to sign in', async (route) => {
    const status = await statusOf(route, page())
    expect(status).toBe(ROUTE_ROLES[route] === 'anyone' ? 400 : 401)
  })
})
