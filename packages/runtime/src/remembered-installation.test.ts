import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicsOf } from '@ebb/contracts/topics'
import { TransientError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  beginInstallation,
  type NewInstallation,
  putInForce,
  readInstallation,
} from './installation.ts'
import { rememberedInstallation } from './remembered-installation.ts'

const SHOP: NewInstallation = {
  ...{ timeZone: 'UTC', currency: 'EUR', partitions: 4, begunAt: 7 },
  kind: 'live',
}

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-remembered-'))
  file = join(folder, 'spool', 'installation.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const AWAY = {
  read: async () => {
    throw new TransientError('EBB_LOG_AWAY', 'nobody answers')
  },
}
const logOf = () => memoryEventLog({ topics: topicsOf(4), now: () => 7 })

test('what the log said once is known while the log is away', async () => {
  const log = logOf()
  await beginInstallation(log, SHOP)
  const told = await rememberedInstallation(log, file)
  expect(told).toEqual({ ...SHOP, generation: 0 })
  expect(await rememberedInstallation(AWAY, file)).toEqual(told)
})

test('without a copy that can be read the log has to say', async () => {
  await expect(rememberedInstallation(AWAY, file)).rejects.toThrow(TransientError)
  file = join(folder, 'installation.json')
  writeFileSync(file, '{"timeZone":')
  await expect(rememberedInstallation(AWAY, file)).rejects.toThrow(TransientError)
})

test('a log in which nothing was begun is no reason to believe a copy', async () => {
  const log = logOf()
  await beginInstallation(log, SHOP)
  await rememberedInstallation(log, file)
  await expect(rememberedInstallation(logOf(), file)).rejects.toMatchObject({
    code: 'EBB_INSTALLATION_MISSING',
  })
})

test('of two that are begun at once the first holds, in whichever generation it is', async () => {
  const log = logOf()
  const both = await Promise.all([
    beginInstallation(log, SHOP),
    beginInstallation(log, { ...SHOP, currency: 'USD' }),
  ])
  expect(both[0]).toEqual(both[1])
  await putInForce(log, { ...both[0]!, generation: 3 })
  expect(await readInstallation(log)).toEqual({ ...both[0], generation: 3 })
})
