import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { INSTALLATION_KEY } from '@ebb/contracts/installation'
import { FEATURES, INSTALLATION, topicsOf } from '@ebb/contracts/topics'
import { embeddedEngines } from '@ebb/embedded/embedded-engines'
import { type NewInstallation, putInForce } from '@ebb/runtime/installation'
import type { Place } from '@ebb/streaming/engines'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  installationAt,
  lookAtInstallation,
  ownedInGeneration,
  ownInstallation,
} from './installation.ts'

const LIVE: NewInstallation = {
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  partitions: 4,
  kind: 'live',
  begunAt: 1_700_000_000_000,
}
const BEGUN = { ...LIVE, generation: 0 }

let folder: string
let place: Place
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-installation-'))
  place = { folder, namespace: '' }
})
afterEach(() => rmSync(folder, { recursive: true }))

const own = (wanted: NewInstallation) =>
  ownInstallation(embeddedEngines, place, {
    wanted,
    what: 'a test',
    now: () => LIVE.begunAt,
    durability: 'killed-process',
  })

/** Begins an installation, or goes on with it, and lets go of it. */
const begin = async (wanted: NewInstallation) => {
  const { installation, engines } = await own(wanted)
  await engines.close()
  return installation
}

test('an empty place has no installation, and gets the one that is begun', async () => {
  expect(await lookAtInstallation(embeddedEngines, place)).toBeUndefined()
  expect(await begin(LIVE)).toEqual(BEGUN)
  expect(await installationAt(embeddedEngines, place)).toEqual(BEGUN)
})

test('an installation goes on with the same settings, and keeps when it was begun', async () => {
  await begin(LIVE)
  expect(await begin({ ...LIVE, begunAt: LIVE.begunAt + 1 })).toEqual(BEGUN)
  expect(await installationAt(embeddedEngines, place)).toEqual(BEGUN)
})

test.each<[Partial<NewInstallation>, string]>([
  [{ timeZone: 'UTC' }, 'timeZone is Europe/Berlin, not UTC'],
  [{ currency: 'USD' }, 'currency is EUR, not USD'],
  [{ partitions: 8 }, 'partitions is 4, not 8'],
  [{ kind: 'demonstration' }, 'kind is live, not demonstration'],
  [{ kind: 'replay', currency: 'USD' }, 'currency is EUR, not USD, kind is live, not replay'],
])('an installation is never gone on with %o', async (over, differing) => {
  await begin(LIVE)
  await expect(begin({ ...LIVE, ...over })).rejects.toMatchObject({
    code: 'EBB_INSTALLATION_DIFFERS',
    what: `This installation was begun otherwise: ${differing}`,
    where: folder,
  })
  expect(await begin(LIVE)).toEqual(BEGUN)
})

test('a generation that is put in force has topics and states of its own', async () => {
  const first = await own(LIVE)
  const record = { key: 'u:anna', value: Buffer.from('first') }
  await first.engines.log.append({ topic: FEATURES, partition: 0 }, [record])
  await first.engines.store('features').acquire(0)
  await ownedInGeneration(first.engines, 1).makeTopics(topicsOf(LIVE.partitions), 'writer')
  await putInForce(first.engines.log, { ...BEGUN, generation: 1 })
  await first.engines.close()

  const second = await own(LIVE)
  expect(second.installation).toEqual({ ...BEGUN, generation: 1 })
  expect((await second.engines.log.read({ topic: FEATURES, partition: 0 }, 0, 9)).end).toBe(0)
  expect((await second.engines.store('features').acquire(0)).epoch).toBe(1)
  await second.engines.close()
  const { engines } = (await lookAtInstallation(embeddedEngines, place))!
  expect((await engines.store('features')!.read(0, [])).epoch).toBe(1)
  expect(engines.store('scorer')).toBeUndefined()
  await engines.close()
})

test.each(['', '{"timeZone":', '[]', JSON.stringify({ ...BEGUN, kind: 'x' })])(
  'a description that is damaged to “%s” is refused, and never begun anew',
  async (text) => {
    const { engines } = await own(LIVE)
    const damaged = { key: INSTALLATION_KEY, value: Buffer.from(text) }
    await engines.log.append({ topic: INSTALLATION, partition: 0 }, [damaged])
    await engines.close()
    const refused = { code: 'EBB_INSTALLATION_UNREADABLE', where: `topic ${INSTALLATION}` }
    await expect(installationAt(embeddedEngines, place)).rejects.toMatchObject(refused)
    await expect(begin(LIVE)).rejects.toMatchObject(refused)
  },
)

test('a folder of the first format is refused before anything is written into it', async () => {
  writeFileSync(join(folder, 'installation.json'), '{}')
  await expect(begin(LIVE)).rejects.toMatchObject({ code: 'EBB_INSTALLATION_UNREADABLE' })
  expect(await lookAtInstallation(embeddedEngines, place)).toBeUndefined()
})
