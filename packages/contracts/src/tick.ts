import Type from 'typebox'
import { Instant } from './canonical-event.ts'
import { MessageError, messageCodec } from './message-codec.ts'

/** Key of a tick; keys that begin with `~` are control records. */
export const TICK_KEY = '~tick'

/** A tick moves the clock of its partition to `at`, if that is later. */
export const Tick = Type.Object({ at: Instant })

const codec = messageCodec(Tick)

/** A tick that runs ahead of its record's append time by more than this is refused. */
const LEAD_LIMIT_MS = 60_000

/** The record of a tick, without its place. */
export const tickRecord = (at: number): { key: string; value: Uint8Array } => ({
  key: TICK_KEY,
  value: codec.encode({ at }),
})

/**
 * The instant of a tick; `undefined` for every other record; why not, for a bad tick: an owner
 * whose clock runs ahead would make customers look silent who are not.
 */
export const readTick = (record: {
  key: string
  value: Uint8Array
  appendedAt: number
}): number | undefined | { code: string; message: string } => {
  if (record.key !== TICK_KEY) return undefined
  try {
    const { at } = codec.decode(record.value)
    const lead = at - record.appendedAt
    if (lead <= LEAD_LIMIT_MS) return at
    const message = `the tick runs ${lead} ms ahead of its append time; set the sender's clock`
    return { code: 'EBB_TICK_AHEAD', message }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return { code: 'EBB_TICK_INVALID', message: `the tick cannot be read: ${error.message}` }
  }
}
