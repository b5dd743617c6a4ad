// What docs/operations.md says of a backup of the data folder, done as it says.
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ANY_PORTS, endAll, runEbb, startEbb } from '../ebb-process.ts'
import { customerOf, orderBy, postEvents, seen, startedShop } from './live-shop.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-backup-'))
})
afterEach(async () => {
  await endAll()
  rmSync(folder, { recursive: true })
})

test('a copy of the stopped folder is restored, and what came after it can be sent again', async () => {
  const data = join(folder, 'data')
  const backup = join(folder, 'backup')
  const readerOptions = ['--source', 'crm', '--secret', '--scope', 'customers:read']
  const secret = (await runEbb(['keys', 'create', ...readerOptions, '--data', data])).out.trim()
  const start = async () => {
    const env = { ...process.env, ...ANY_PORTS, EBB_LOG_LEVEL: 'warn' }
    const running = startEbb(['up', '--data', data], { env })
    const shop = await startedShop(running)
    const orders = (count: number) =>
      seen(async () => {
        const view = await customerOf(shop, secret, 'u:ann')
        return view?.windows.lifetime.orders === count && view
      })
    const stop = async () => {
      running.kill('SIGTERM')
      expect(await running.ended).toMatchObject({ code: 0 })
    }
    return { shop, orders, stop }
  }
  const lateOrder = orderBy('ann', 'o2')

  const before = await start()
  expect((await postEvents(before.shop, orderBy('ann', 'o1'))).status).toBe(200)
  const backedUp = await before.orders(1)
  await before.stop()
  cpSync(data, backup, { recursive: true, preserveTimestamps: true })

  const after = await start()
  expect((await postEvents(after.shop, lateOrder)).status).toBe(200)
  await after.orders(2)
  await after.stop()
  renameSync(data, `${data}.broken`)
  cpSync(backup, data, { recursive: true, preserveTimestamps: true })

  const restored = await start()
  expect(restored.shop.writeKey).toBe(before.shop.writeKey)
  expect((await restored.orders(1)).rhythm).toEqual(backedUp.rhythm)
  const { collector, features, retention, dashboard } = restored.shop
  const ports = Object.entries({ collector, features, retention, insights: dashboard! }).flatMap(
    ([service, url]) => [`--${service}-port`, new URL(url!).port],
  )
  const { code, out } = await runEbb(['doctor', '--data', data, ...ports])
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(/0 fail\s*$/) })
  for (const again of [lateOrder, lateOrder, orderBy('ann', 'o1')])
    expect((await postEvents(restored.shop, again)).status).toBe(200)
  expect((await postEvents(restored.shop, orderBy('ann', 'o3'))).status).toBe(200)
  await restored.orders(3)
  await restored.stop()
})
