import { INSTALLATION_KEY, Installation } from '@ebb/contracts/installation'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { INSTALLATION } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { HaltError } from '@ebb/streaming/faults'
import Type from 'typebox'
import { CodedError } from './coded-error.ts'

/** An installation as it is begun: generations come later. */
export type NewInstallation = Omit<Installation, 'generation'>

/**
 * An installation with a field that is not known here was begun, or rebuilt, by a newer version: to
 * go on without it would count in another way.
 */
const Known = Type.Object(Installation.properties, { additionalProperties: false })

/** Reads and writes what an installation is; a field that is not known here is a `MessageError`. */
export const installationCodec = messageCodec(Known)

const { encode, decode } = installationCodec
const PARTITION = { topic: INSTALLATION, partition: 0 }

/**
 * The installation that a log holds; `undefined` where none was begun. Throws
 * `EBB_INSTALLATION_UNREADABLE`.
 */
export const readInstallation = async (
  log: Pick<EventLog, 'read'>,
): Promise<Installation | undefined> => {
  const all = await installationRecords(log)
  const [first, last] = [all[0], all.at(-1)]
  // Two processes may begin one at the same time: the first record holds what was begun.
  return first && last && { ...first, generation: last.generation }
}

const installationRecords = async (log: Pick<EventLog, 'read'>): Promise<Installation[]> => {
  const all: Installation[] = []
  for (let offset = 0; ; ) {
    const { records } = await log.read(PARTITION, offset, 100).catch(noneWithoutTopic)
    const last = records.at(-1)
    if (last === undefined) return all
    const own = records.filter(({ key }) => key === INSTALLATION_KEY)
    all.push(...own.map(({ value }) => decoded(value)))
    offset = last.offset + 1
  }
}

const noneWithoutTopic = (error: unknown): { records: [] } => {
  if (error instanceof HaltError && error.code === 'EBB_TOPIC_MISSING') return { records: [] }
  throw error
}

const decoded = (value: Uint8Array): Installation => {
  try {
    return decode(value)
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    throw new CodedError('EBB_INSTALLATION_UNREADABLE', {
      what: `The description of this installation cannot be read: ${error.message}`,
      where: `topic ${INSTALLATION}`,
      fix: 'Restore the log from a backup, or use the version of Ebb that wrote it',
    })
  }
}

/** The installation, for who begins none. Throws `EBB_INSTALLATION_MISSING`. */
export const installationOf = async (log: Pick<EventLog, 'read'>): Promise<Installation> => {
  const found = await readInstallation(log)
  if (found !== undefined) return found
  throw new CodedError('EBB_INSTALLATION_MISSING', {
    what: 'No installation was begun on these engines',
    where: `topic ${INSTALLATION}`,
    fix: 'Run `ebb topics apply`, with the time zone and the currency of the shop',
  })
}

/** Begins an installation, or gives the one that there is. */
export const beginInstallation = async (
  log: Pick<EventLog, 'read' | 'append'>,
  wanted: NewInstallation,
): Promise<Installation> => {
  const found = await readInstallation(log)
  if (found !== undefined) return found
  // Field by field: whoever calls may hold settings that are nobody's business.
  const { timeZone, currency, partitions, kind, begunAt } = wanted
  await append(log, { timeZone, currency, partitions, kind, begunAt, generation: 0 })
  return (await readInstallation(log))!
}

/**
 * Begins an installation, or checks that the one in the log is the same. `where` names its data to
 * a person. Throws `EBB_INSTALLATION_DIFFERS`.
 */
export const pinInstallation = async (
  log: Pick<EventLog, 'read' | 'append'>,
  wanted: NewInstallation,
  where: string,
): Promise<Installation> => {
  const found = await beginInstallation(log, wanted)
  const differing = (['timeZone', 'currency', 'partitions', 'kind'] as const).filter(
    (name) => wanted[name] !== found[name],
  )
  if (differing.length === 0) return found
  const parts = differing.map((name) => `${name} is ${found[name]}, not ${wanted[name]}`)
  throw new CodedError('EBB_INSTALLATION_DIFFERS', {
    what: `This installation was begun otherwise: ${parts.join(', ')}`,
    where,
    fix: 'Start with those settings, or choose another data folder or namespace',
  })
}

/** Puts the states of another generation in force. */
export const putInForce = (
  log: Pick<EventLog, 'append'>,
  installation: Installation,
): Promise<void> => append(log, installation)

const append = async (log: Pick<EventLog, 'append'>, installation: Installation): Promise<void> => {
  await log.append(PARTITION, [{ key: INSTALLATION_KEY, value: encode(installation) }])
}
