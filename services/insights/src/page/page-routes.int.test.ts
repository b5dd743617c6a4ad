import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpServer } from '@ebb/runtime/http-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SILENT } from '../insights-fixture.ts'
import { readPage } from './page-files.ts'
import { pageRoutes } from './page-routes.ts'
import { securityHeaders } from './security-headers.ts'

const SCRIPT = `console.log('${'ebb '.repeat(500)}')`

describe('the page', () => {
  let folder: string
  let url: string
  let stop: () => Promise<void>
  const serve = async () => {
    const http = createHttpServer({ logger: SILENT, readiness: {} })
    securityHeaders(http.app)
    pageRoutes(http.app, await readPage(folder))
    url = await http.listen({ port: 0, howToChange: '' })
    stop = http.stop
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ebb-page-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Ebb</title>')
    await writeFile(join(folder, 'assets', 'index-abc.js'), SCRIPT)
    await writeFile(join(folder, 'assets', 'dot.png'), Buffer.from([1, 2, 3]))
  })
  afterEach(async () => {
    await stop()
    await rm(folder, { recursive: true })
  })
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers })

  test.each(['/', '/customers', '/customers/u:ann', '/index.html', '/live?x=1'])(
    '%s is the application',
    async (path) => {
      await serve()
      const answer = await get(path)
      expect(await answer.text()).toContain('<title>Ebb</title>')
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-cache')
    },
  )

  test('an asset is packed and never asked for again', async () => {
    await serve()
    const answer = await get('/assets/index-abc.js')
    expect(await answer.text()).toBe(SCRIPT)
    const { headers } = answer
    expect([headers.get('content-encoding'), headers.get('cache-control')]).toEqual([
      ...['gzip', 'public, max-age=31536000, immutable'],
    ])
    const plain = await get('/assets/index-abc.js', { 'accept-encoding': 'identity' })
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, SCRIPT])
    const known = await get('/assets/index-abc.js', { 'if-none-match': headers.get('etag')! })
    expect([known.status, await known.text()]).toEqual([304, ''])
  })

  test('a picture goes out as it is', async () => {
    await serve()
    const answer = await get('/assets/dot.png')
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from([1, 2, 3]))
    expect(answer.headers.get('content-type')).toBe('image/png')
  })

  test.each([
    ...['/assets/gone.js', '/assets', '/api', '/api/nothing', '/api/session/x'],
    ...['/asyncapi.json', '/asyncapi.json?x=1', '/robots.txt', '/docs/events.md'],
  ])('%s is nothing', async (path) => {
    await serve()
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error: { code: 'EBB_HTTP_NOT_FOUND' } })
  })

  test.each([
    ['application/json', 404],
    ['application/json, text/plain', 404],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 200],
    ['*/*', 200],
  ])('a guessed path answers who takes %s with %i, the first page with 200', async (accept, of) => {
    await serve()
    const answer = await get('/customers', { accept })
    expect(answer.status).toBe(of)
    const told = of === 404 ? '"code":"EBB_HTTP_NOT_FOUND"' : '<title>Ebb</title>'
    expect(await answer.text()).toContain(told)
    expect((await get('/', { accept })).status).toBe(200)
  })

  test.each(['/..%2fbeside.txt', '/assets/..%2f..%2fbeside.txt', '/%2e%2e%2fbeside.txt'])(
    '%s reaches no file outside',
    async (path) => {
      await mkdir(join(folder, 'page'))
      await writeFile(join(folder, 'page', 'index.html'), 'inside')
      await writeFile(join(folder, 'beside.txt'), 'outside')
      folder = join(folder, 'page')
      await serve()
      folder = join(folder, '..')
      expect(await (await get(path)).text()).not.toContain('outside')
    },
  )

  test('everything says what a browser may do with it', async () => {
    await serve()
    for (const path of ['/', '/assets/index-abc.js', '/api/nothing']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
    }
    expect((await get('/api/nothing')).headers.get('cache-control')).toBe('no-store')
  })

  test('a page that was not built says how to build it', async () => {
    await rm(folder, { recursive: true })
    await serve()
    const answer = await get('/')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ error: { code: 'EBB_PAGE_UNBUILT' } })
    await mkdir(folder)
  })
})
