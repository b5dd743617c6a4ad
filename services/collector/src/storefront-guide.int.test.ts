import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { wallClock } from '@ebb/runtime/clock'
import { useChromium } from '@ebb/testkit/engines'
import { expect, onTestFinished, test } from 'vitest'
import { start } from './collector.ts'
import { eventsIn, memoryPorts, SECRET_KEY, SHOP, WRITE_KEY } from './collector-fixture.ts'

const chromium = await useChromium()
const GUIDE = readFileSync(join(import.meta.dirname, '../../../docs/storefront.md'), 'utf8')

/** The programs of the guide in one language, as they stand there. */
const programs = (language: string): string[] =>
  [...GUIDE.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!)

const startedCollector = async () => {
  const ports = { ...memoryPorts(), clock: wallClock }
  const collector = await start(ports, { ...SHOP, host: '127.0.0.1', port: 0 })
  onTestFinished(() => collector.stop())
  return { ...collector, log: ports.log }
}

/** A page of another origin than the collector's: a browser asks whether it may. */
const servedPage = async (html: string): Promise<string> => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** The page as it stands when it was loaded and its requests were answered. */
const visited = async (address: string): Promise<string> => {
  const profile = mkdtempSync(join(tmpdir(), 'ebb-guide-'))
  onTestFinished(() => rmSync(profile, { recursive: true, force: true }))
  const options = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`]
  const wait = ['--virtual-time-budget=10000', '--dump-dom', address]
  return new Promise((resolve, reject) => {
    execFile(chromium!, [...options, ...wait], { timeout: 60_000 }, (error, page) =>
      error ? reject(error) : resolve(page),
    )
  })
}

/** The title of the page says how many were accepted. */
const SHOW = 'async (answer) => { document.title = "accepted " + (await answer.json()).accepted }'

test.skipIf(chromium === undefined)(
  'the page of the guide tells from a browser',
  async () => {
    const { url, log } = await startedCollector()
    const [library = '', call = ''] = programs('html')
    const told = call.replace('</script>', `.then(${SHOW})</script>`)
    const here = library.replace('http://127.0.0.1:8080', url).replace('ebbw_…', WRITE_KEY)
    const address = await servedPage(`<!doctype html><title>-</title>${here}${told}`)
    const page = await visited(address)
    expect(page).toContain('<title>accepted 1</title>')
    const [event] = await eventsIn(log)
    expect(event).toMatchObject({
      ...{ name: 'Product Viewed', source: 'storefront', consent: { marketing: true } },
      customer: { userId: '42', anonymousId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      properties: { product_id: 'p1' },
      context: { page: { url: address }, userAgent: expect.stringContaining('Mozilla') },
    })
  },
  90_000,
)

test('the back end of the guide tells of an order', async () => {
  const { url, log } = await startedCollector()
  const [program = ''] = programs('js')
  const here = program
    .replace("'http://127.0.0.1:8080'", JSON.stringify(url))
    .replace('process.env.EBB_KEY', JSON.stringify(SECRET_KEY))
  await new Promise<void>((resolve, reject) => {
    const options = ['--input-type=module', '--eval', here]
    execFile(process.execPath, options, { cwd: import.meta.dirname }, (error, _out, faults) =>
      error || faults !== '' ? reject(error ?? new Error(faults)) : resolve(),
    )
  })
  const [event] = await eventsIn(log)
  expect(event).toMatchObject({
    ...{ id: 'order-1001', name: 'Order Completed', source: 'erp', sourceRank: 2 },
    order: { id: '1001', amountMinor: 1_990, currency: 'USD' },
  })
})
