import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ComposeProject } from '@ebb/testkit/compose'
import { uniqueName, useCompose } from '@ebb/testkit/engines'
import { startNodeProcess } from '@ebb/testkit/node-process'
import { freePort } from '@ebb/testkit/ports'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')
const SERVICES = ['collector', 'features', 'scorer', 'retention', 'insights']
/** The image is built at its first run, from packages that are fetched. */
const BUILT_WITHIN_MS = 900_000
const STOPS_WITHIN_MS = 10_000

const composeProject = await useCompose()

describe.skipIf(composeProject === undefined)(
  'docker compose up',
  () => {
    let ebb: ComposeProject
    let collector: string
    let dashboard: string
    let token: string
    let writeKey: string

    beforeAll(async () => {
      const [collectorPort, insightsPort] = [await freePort(), await freePort()]
      collector = `http://127.0.0.1:${collectorPort}`
      dashboard = `http://127.0.0.1:${insightsPort}`
      ebb = composeProject!({
        name: uniqueName('ebb-test'),
        file: join(ROOT, 'docker-compose.yml'),
        env: {
          ...process.env,
          EBB_IMAGE: 'ebb-test',
          EBB_COLLECTOR_PORT: `${collectorPort}`,
          EBB_FEATURES_PORT: `${await freePort()}`,
          EBB_RETENTION_PORT: `${await freePort()}`,
          EBB_INSIGHTS_PORT: `${insightsPort}`,
        },
      })
      await ebb.compose('up', '--detach', '--wait', '--build')
      const told = await ebb.compose('logs', '--no-log-prefix', 'secrets')
      token = /sign in with {2}(ebbp_\w+)/.exec(told)![1]!
      writeKey = /ebbw_\w+/.exec(told)![0]
    }, BUILT_WITHIN_MS)
    afterAll(() => ebb.compose('down', '--volumes', '--timeout', '5'))

    const container = (service: string): string => `${ebb.name}-${service}-1`

    const inspected = async (service: string, format: string): Promise<string> =>
      (await ebb.docker('inspect', '--format', format, container(service))).trim()

    const customers = async (): Promise<Record<string, unknown>> => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${dashboard}/api/customers`, { headers })
      expect(answer.status).toBe(200)
      return (await answer.json()) as Record<string, unknown>
    }

    const signsIn = async (): Promise<number> => {
      const headers = {
        'content-type': 'application/json',
        ...{ origin: dashboard, 'x-ebb-request': '1' },
      }
      const body = JSON.stringify({ token })
      return (await fetch(`${dashboard}/api/session`, { method: 'POST', headers, body })).status
    }

    test('ends with a page, and a token that signs in', async () => {
      expect(await (await fetch(dashboard)).text()).toContain('<title>Ebb</title>')
      expect(await signsIn()).toBe(200)
    })

    test('makes a customer of an order that a shop sends', async () => {
      const answer = await fetch(`${collector}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ event: 'Order Completed', userId: '42', timestamp: '2026-09-01T10:00:00Z' },
          properties: { order_id: '1001', total: '19.90', currency: 'USD' },
        }),
      })
      expect(await answer.json()).toMatchObject({ accepted: 1, refused: 0 })
      await until(async () => (await customers())['total'] === 1)
      const only = {
        customerId: 'u:42',
        revenueMinor: 1_990,
        lastOrderAt: '2026-09-01T10:00:00.000Z',
      }
      expect(await customers()).toMatchObject({ customers: [only] })
    })

    test('replays CDNOW to the same digests as an engine in the process', async () => {
      const replay = ['--format', 'cdnow', '--json']
      const shared = ['run', '--rm', '--no-TTY', 'ebb', 'replay', 'examples/cdnow_sample.txt']
      const folder = mkdtempSync(join(tmpdir(), 'ebb-compose-'))
      const main = join(ROOT, 'services', 'ebb', 'src', 'main.ts')
      const file = join(ROOT, 'examples', 'cdnow_sample.txt')
      const args = ['replay', file, ...replay, '--data', folder]
      const [inContainers, here] = await Promise.all([
        ebb.compose(...shared, ...replay),
        startNodeProcess({ name: 'ebb replay', main, args }).ended,
      ]).finally(() => rmSync(folder, { recursive: true }))
      expect(here.code).toBe(0)
      expect(JSON.parse(inContainers)).toEqual(JSON.parse(here.out))
    })

    test('runs each service as nobody, who can write nothing of the program', async () => {
      for (const service of SERVICES) {
        const user = await ebb.compose('exec', '--no-TTY', service, 'id', '-u')
        expect([service, user.trim()]).toEqual([service, '1000'])
        const writing = ebb.compose('exec', '--no-TTY', service, 'touch', '/app/a', '/etc/a')
        await expect(writing).rejects.toThrow(/Read-only file system/)
      }
    })

    test('says by the command line that all of it is well', async () => {
      const told = await ebb.compose('run', '--rm', '--no-TTY', 'ebb', 'status')
      for (const service of ['collector', 'features', 'retention', 'insights'])
        expect(told).toContain(`${service} ready`)
    })

    test('starts a service again that crashed', async () => {
      await ebb.compose('exec', '--no-TTY', 'collector', 'node', '-e', KILL_THE_SERVICE)
      await until(async () => (await inspected('collector', '{{.RestartCount}}')) === '1')
      await until(
        async () => (await inspected('collector', '{{.State.Health.Status}}')) === 'healthy',
      )
    })

    test('stops each service in order and in time, and goes on with its data and its keys', async () => {
      for (const service of SERVICES) {
        const from = performance.now()
        await ebb.compose('stop', service)
        expect(performance.now() - from).toBeLessThan(STOPS_WITHIN_MS)
        expect([service, await inspected(service, '{{.State.ExitCode}}')]).toEqual([service, '0'])
      }
      await ebb.compose('down')
      await ebb.compose('up', '--detach', '--wait')
      expect(await signsIn()).toBe(200)
      expect(await customers()).toMatchObject({ total: 1 })
      expect(await ebb.compose('logs', 'secrets')).not.toContain('ebbp_')
    })
  },
  BUILT_WITHIN_MS,
)

/** Run in a container: its init is no Node. */
const KILL_THE_SERVICE = `
  for (const pid of fs.readdirSync('/proc').filter(Number)) {
    const command = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8')
    if (command.startsWith('node\\0services/')) process.kill(Number(pid), 'SIGKILL')
  }`

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await setTimeout(200)
}
