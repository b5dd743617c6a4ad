import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { SILENT, WAITING } from './fixture-history.ts'

/** A data folder that another version wrote, as `make-fixture.ts` noted it. */
export interface EarlierData {
  readonly version: string
  readonly commit: string
  /** When its last event happened, ms. */
  readonly now: number
  /** Of a back end: redeems coupons and reads customers. */
  readonly shopKey: string
  readonly writeKey: string
  /** Coupons by the customer they were issued to. */
  readonly codes: Readonly<Record<(typeof SILENT)[number] | typeof WAITING, string>>
  /** Who holds one of them. */
  readonly reservationId: string
  /** What the redemption of one was answered with. */
  readonly redeemed: { readonly redemptionId: string }
  /** How that version counted its own log. */
  readonly counted: {
    readonly customers: number
    readonly clock: number
    readonly statesDigest: string
  }
}

const FIXTURE = join(import.meta.dirname, 'fixtures', '0.1.0')

/** What is known of the data. */
export const EARLIER: EarlierData = JSON.parse(readFileSync(join(FIXTURE, 'fixture.json'), 'utf8'))

const unpacked = (file: string): Buffer => gunzipSync(readFileSync(join(FIXTURE, `${file}.gz`)))

/** Unpacks a copy into a folder for temporary files. Whoever asks removes it. */
export const copyOfEarlierData = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ebb-upgrade-'))
  for (const name of globSync(['*.{db,json,key}.gz', 'spool/*.gz'], { cwd: FIXTURE })) {
    const file = name.slice(0, -'.gz'.length)
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), unpacked(file))
  }
  return folder
}

/** Removes a copy. */
export const removeCopy = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** The tables of a service as that version made and filled them: SQL for an empty schema. */
export const earlierTables = (service: 'retention' | 'insights'): string =>
  unpacked(`${service}.sql`).toString('utf8')
