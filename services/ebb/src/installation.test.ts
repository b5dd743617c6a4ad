import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Installation, pinInstallation, readInstallation } from './installation.ts'

const LIVE: Installation = {
  timeZone: 'Europe/Berlin',
  currency: 'EUR',
  partitions: 4,
  kind: 'live',
  begunAt: 1_700_000_000_000,
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ebb-installation-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('an empty folder has no installation, and gets the one that is begun', () => {
  expect(readInstallation(folder)).toBeUndefined()
  expect(pinInstallation(folder, LIVE)).toEqual(LIVE)
  expect(readInstallation(folder)).toEqual(LIVE)
  expect(readdirSync(folder)).toEqual(['installation.json'])
})

test('an installation goes on with the same settings, and keeps when it was begun', () => {
  pinInstallation(folder, LIVE)
  expect(pinInstallation(folder, { ...LIVE, begunAt: LIVE.begunAt + 1 })).toEqual(LIVE)
  expect(readInstallation(folder)).toEqual(LIVE)
})

test.each<[Partial<Installation>, string]>([
  [{ timeZone: 'UTC' }, 'timeZone is Europe/Berlin, not UTC'],
  [{ currency: 'USD' }, 'currency is EUR, not USD'],
  [{ partitions: 8 }, 'partitions is 4, not 8'],
  [{ kind: 'demonstration' }, 'kind is live, not demonstration'],
  [{ kind: 'replay', currency: 'USD' }, 'currency is EUR, not USD, kind is live, not replay'],
])('an installation is never gone on with %o', (over, differing) => {
  pinInstallation(folder, LIVE)
  expect(() => pinInstallation(folder, { ...LIVE, ...over })).toThrow(
    expect.objectContaining({
      code: 'EBB_INSTALLATION_DIFFERS',
      what: `This data folder was begun otherwise: ${differing}`,
      where: folder,
    }),
  )
  expect(readInstallation(folder)).toEqual(LIVE)
})

test.each(['', '{"timeZone":', '[]', '{"timeZone":"UTC"}', JSON.stringify({ ...LIVE, kind: 'x' })])(
  'a description that is damaged to “%s” is refused, and never begun anew',
  (text) => {
    const file = join(folder, 'installation.json')
    writeFileSync(file, text)
    const refused = expect.objectContaining({ code: 'EBB_INSTALLATION_UNREADABLE', where: file })
    expect(() => readInstallation(folder)).toThrow(refused)
    expect(() => pinInstallation(folder, LIVE)).toThrow(refused)
  },
)
