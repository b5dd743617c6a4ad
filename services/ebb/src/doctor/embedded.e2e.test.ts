import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { orderBy, postEvents, seen, startedShop } from '../commands/live-shop.ts'
import { ANY_PORTS, endAll, lastJson, runEbb, startEbb } from '../ebb-process.ts'
import type { Status } from '../status/read-status.ts'
import type { Check } from './check.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-doctor-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

test('an ebb up of its own is well; stopped it says so; a state file that is gone is told', async () => {
  const data = ['--data', join(folder, 'data')]
  const env = { ...process.env, ...ANY_PORTS }
  const up = startEbb(['up', ...data], { env })
  const shop = await startedShop(up)
  const ports = [
    ...['--collector-port', new URL(shop.collector).port],
    ...['--features-port', new URL(shop.features).port],
    ...['--retention-port', new URL(shop.retention!).port],
    ...['--insights-port', new URL(shop.dashboard!).port],
  ]
  const ask = (command: string) => runEbb([command, '--json', ...ports, ...data], { env })
  const status = async () => lastJson(await ask('status')) as unknown as Status
  const checks = async () => {
    const ended = await ask('doctor')
    const { checks: all } = lastJson(ended) as unknown as { checks: Check[] }
    const failing = all.filter(({ status: found }) => found === 'fail')
    return { code: ended.code, failing: failing.map(({ name }) => name), failed: failing[0] }
  }
  expect((await postEvents(shop, orderBy('ann', 'o1'))).status).toBe(200)
  await seen(async () => (await status()).customers?.healthy === 1)
  expect(await checks()).toMatchObject({ code: 0, failing: [] })
  const running = await status()
  expect(running).toMatchObject({ owner: { isAlive: true }, events: { count: 1 } })
  expect(running.engines.map(({ isUp }) => isUp)).toEqual([true, true, true])
  expect(running.services.map(({ isReady }) => isReady)).toEqual([true, true, true, true])

  up.kill('SIGTERM')
  expect(await up.ended).toMatchObject({ code: 0 })
  expect(await status()).toMatchObject({
    owner: { isAlive: false },
    installation: { kind: 'live' },
  })
  expect(await checks()).toMatchObject({ code: 0, failing: [] })
  rmSync(join(folder, 'data', 'features.db'))
  expect(await checks()).toMatchObject({
    ...{ code: 1, failing: ['features'] },
    failed: {
      found: expect.stringMatching(/^EBB_STATE_LOST/),
      mend: expect.stringContaining('`ebb rebuild`'),
    },
  })
})
