import { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { MessageError, messageCodec } from '@ebb/contracts/message-codec'
import { isStorable } from '@ebb/contracts/storable-text'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord } from '@ebb/streaming/event-log'
import { type Attributes, NO_ATTRIBUTES, type SaidTraits, withTraits } from './profile-fold.ts'
import { readProfiles, writeProfiles } from './profile-rows.ts'

const codec = messageCodec(CanonicalEvent)

/** Of the events most are something else, and need not be read to know that. */
const IDENTIFY = Buffer.from('"identify"')

/** Brings what `identify` events of `ebb.events.v1` say into the table of profiles. */
export const handleProfiles = async (
  tx: Transaction,
  records: readonly LogRecord[],
): Promise<void> => {
  const said = records.flatMap((record) => {
    const traits = traitsOf(record)
    return traits === undefined ? [] : [{ customerId: record.key, traits }]
  })
  if (said.length === 0) return
  const profiles = await readProfiles(tx, [...new Set(said.map(({ customerId }) => customerId))])
  const changed = new Map<string, Attributes>()
  for (const { customerId, traits } of said) {
    const before = profiles.get(customerId) ?? NO_ATTRIBUTES
    const after = withTraits(before, traits)
    if (after === before) continue
    profiles.set(customerId, after)
    changed.set(customerId, after)
  }
  await writeProfiles(tx, changed)
}

/** What an event says of its customer; `undefined` where it says nothing, or cannot be read or kept. */
const traitsOf = ({ key, value }: LogRecord): SaidTraits | undefined => {
  if (
    key.startsWith('~') ||
    !Buffer.from(value.buffer, value.byteOffset, value.length).includes(IDENTIFY)
  )
    return undefined
  const event = read(value)
  if (event?.type !== 'identify') return undefined
  const { id: eventId, occurredAt, context } = event
  // PostgreSQL could keep neither, and the reader would stand still.
  if (!isStorable(key) || !isStorable(eventId)) return undefined
  const { traits } = context
  if (typeof traits !== 'object' || traits === null || Array.isArray(traits)) return undefined
  return { traits: traits as SaidTraits['traits'], occurredAt, eventId }
}

/** Features refuses what cannot be read, and says so; here it is passed over. */
const read = (value: Uint8Array): CanonicalEvent | undefined => {
  try {
    return codec.decode(value)
  } catch (error) {
    if (error instanceof MessageError) return undefined
    throw error
  }
}
