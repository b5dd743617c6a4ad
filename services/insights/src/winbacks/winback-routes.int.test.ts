import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Rig, startRig } from '../insights-fixture.ts'
import { type Played, playService } from './played-service.ts'

const server = await usePostgres()

describe.skipIf(server === undefined)('what is handed on to retention', () => {
  let rig: Rig
  let retention: Awaited<ReturnType<typeof playService>>
  let answer: Played
  beforeEach(async () => {
    answer = { status: 200, body: '{"mode":"shadow"}' }
    retention = await playService(() => answer)
    const config = { retention: { url: retention.url, key: 'ebbs_1' } }
    rig = await startRig(server!.url, { config })
  })
  afterEach(async () => {
    await rig.stop()
    await retention.stop()
  })

  const send = (method: string, path: string, body?: string) =>
    fetch(`${rig.service.url}/api/winbacks${path}`, {
      method,
      headers: {
        authorization: 'Bearer token-admin',
        ...(body !== undefined && { 'content-type': typeOf(body) }),
      },
      ...(body !== undefined && { body }),
    })
  const typeOf = (body: string) => (body.startsWith('{') ? 'application/json' : 'application/yaml')

  test('has our key, the query, and nothing of the visitor', async () => {
    await send('GET', '/decisions?customer=u%3Aann&limit=5')
    expect(retention.asked).toEqual([
      {
        ...{ method: 'GET', url: '/v1/winbacks/decisions?customer=u%3Aann&limit=5' },
        ...{ key: 'Bearer ebbs_1', type: undefined, body: '' },
      },
    ])
  })

  test.each([
    ['PUT', '/mode', '{"mode":"live"}'],
    ['PUT', '/policy', 'rules:\n  - tier: light # ü'],
    ['POST', '/exclusions', '{ "customerId":"u:ann" , "note":"" }'],
    ['POST', '/test-send', '{}'],
  ])('%s %s passes its body byte for byte', async (method, path, body) => {
    await send(method, path, body)
    const type = typeOf(body)
    expect(retention.asked).toMatchObject([{ method, url: `/v1/winbacks${path}`, body, type }])
  })

  test('a request without a body has none there', async () => {
    await send('DELETE', `/exclusions/${encodeURIComponent('u:a/b ü')}`)
    expect(retention.asked).toMatchObject([
      { method: 'DELETE', url: '/v1/winbacks/exclusions/u%3Aa%2Fb%20%C3%BC', body: '' },
    ])
    const sent = await send('POST', '/test-send')
    expect([sent.status, retention.asked.at(-1)?.body]).toEqual([200, ''])
  })

  test.each([
    [409, '{"error":{"code":"EBB_WEBHOOK_MISSING"}}'],
    [422, '{"error":{"code":"EBB_POLICY_INVALID"}}'],
    [500, '{"error":{"code":"EBB_HTTP_INTERNAL"}}'],
  ])('an answer of %i passes with its body', async (status, body) => {
    answer = { status, body }
    const got = await send('PUT', '/mode', '{}')
    expect([got.status, await got.text()]).toEqual([status, body])
    expect(got.headers.get('content-type')).toMatch(/^application\/json/)
  })

  test('204 passes without a body', async () => {
    answer = { status: 204, body: '' }
    const got = await send('POST', '/exclusions', '{}')
    expect([got.status, await got.text()]).toEqual([204, ''])
  })

  test.each([401, 403])('%i is about our key, and signs nobody out', async (status) => {
    answer = { status, body: '{}' }
    const got = await rig.get('/api/winbacks/summary')
    expect(got.status).toBe(503)
    expect(await got.json()).toMatchObject({ error: { code: 'EBB_INSIGHTS_RETENTION_AWAY' } })
  })

  test.each(['..', '.', '%2e%2e'])('the parameter %s leads nowhere else', async (parameter) => {
    const url = new URL(rig.service.url)
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const path = `/api/winbacks/coupons/${parameter.replaceAll('.', '%2e')}`
      const headers = { authorization: 'Bearer token-admin' }
      request({ host: url.hostname, port: url.port, path, headers }, (got) => {
        got.resume()
        resolve(got.statusCode)
      })
        .on('error', reject)
        .end()
    })
    expect([status, retention.asked]).toEqual([404, []])
  })

  test('while retention is away, that is said', async () => {
    await retention.stop()
    const got = await rig.get('/api/winbacks/summary')
    expect(got.status).toBe(503)
    expect(await got.json()).toMatchObject({
      error: { code: 'EBB_INSIGHTS_RETENTION_AWAY', fix: expect.any(String) },
    })
  })
})

describe.skipIf(server === undefined)('the truth of a demonstration', () => {
  const TRUTH = { windowDays: 30, all: { shoppers: 4, broughtBack: 1 }, byCause: [] }

  test('is told, and not worked out anew for each who asks', async () => {
    let asked = 0
    const truth = async () => {
      asked += 1
      return TRUTH
    }
    const rig = await startRig(server!.url, { config: { truth } })
    const answers = [await rig.get('/api/winbacks/truth'), await rig.get('/api/winbacks/truth')]
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([TRUTH, TRUTH])
    expect(asked).toBe(1)
    await rig.stop()
  })

  test.each([
    ['where the shop is real', {}],
    ['before its simulation runs', { truth: async () => undefined }],
  ])('is not known %s', async (_, config) => {
    const rig = await startRig(server!.url, { config })
    const got = await rig.get('/api/winbacks/truth')
    expect(got.status).toBe(404)
    expect(await got.json()).toMatchObject({ error: { code: 'EBB_INSIGHTS_TRUTH' } })
    await rig.stop()
  })
})

test.skipIf(server === undefined)('where there is no retention, that is said', async () => {
  const rig = await startRig(server!.url)
  const got = await rig.get('/api/winbacks/summary')
  expect(got.status).toBe(503)
  expect(await got.json()).toMatchObject({ error: { code: 'EBB_INSIGHTS_RETENTION_AWAY' } })
  await rig.stop()
})
