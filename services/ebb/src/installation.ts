import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '@ebb/runtime/coded-error'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * What all states of a data folder are made with. Another value would mix two ways to count, so it
 * is written down once, when the folder is begun.
 */
export const Installation = Type.Object({
  timeZone: Type.String(),
  currency: Type.String(),
  partitions: Type.Integer({ minimum: 1 }),
  /** `live`: the wall clock. `demonstration`: a scaled one. `replay`: the clock of a file. */
  kind: Type.Union([Type.Literal('live'), Type.Literal('demonstration'), Type.Literal('replay')]),
  /** Process clock when the folder was begun, ms since the epoch. */
  begunAt: Type.Integer(),
})
export type Installation = Static<typeof Installation>

const check = Compile(Installation)
const FILE = 'installation.json'

/** The installation in a data folder; `undefined` where none was begun. */
export const readInstallation = (folder: string): Installation | undefined => {
  const file = join(folder, FILE)
  if (!existsSync(file)) return undefined
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (check.Check(found)) return found
  } catch {
    // Told below: unreadable is unreadable, whether or not it is JSON.
  }
  const what = 'The description of this data folder cannot be read'
  const fix = 'Restore the file from a backup, or begin with another data folder'
  throw new CodedError('EBB_INSTALLATION_UNREADABLE', { what, where: file, fix })
}

/**
 * Begins an installation, or checks that the one in the folder is the same. The folder must be
 * owned. Throws `EBB_INSTALLATION_DIFFERS`.
 */
export const pinInstallation = (folder: string, wanted: Installation): Installation => {
  const found = readInstallation(folder)
  if (found === undefined) {
    const file = join(folder, FILE)
    // On the disk before it has its name, so that a power cut leaves the whole or nothing.
    writeFileSync(`${file}.new`, `${JSON.stringify(wanted, null, 2)}\n`, { flush: true })
    renameSync(`${file}.new`, file)
    return wanted
  }
  const differing = (['timeZone', 'currency', 'partitions', 'kind'] as const).filter(
    (name) => wanted[name] !== found[name],
  )
  if (differing.length === 0) return found
  const parts = differing.map((name) => `${name} is ${found[name]}, not ${wanted[name]}`)
  throw new CodedError('EBB_INSTALLATION_DIFFERS', {
    what: `This data folder was begun otherwise: ${parts.join(', ')}`,
    where: folder,
    fix: 'Start with those settings, or choose another data folder',
  })
}
