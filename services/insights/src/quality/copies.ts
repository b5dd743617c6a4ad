import { MessageError } from '@ebb/contracts/message-codec'
import { type TrafficRecord, trafficCodec } from '@ebb/contracts/traffic-record'
import { dayOf } from '@ebb/customer/calendar'
import type { Transaction } from '@ebb/postgres/transaction'
import type { LogRecord } from '@ebb/streaming/event-log'
import { type CountRow, newTally } from './counter.ts'

/**
 * Copies that records of `ebb.traffic.v1` tell of, by the day of their minute. A record that is told
 * again, after a crash of who told it, counts once: its minute is not later than the last one.
 */
export const countCopies = async (
  tx: Transaction,
  records: readonly LogRecord[],
  timeZone: string,
): Promise<CountRow[]> => {
  const told = records.flatMap((record) => readCopies(record) ?? [])
  if (told.length === 0) return []
  const known = await readTold(tx)
  const tally = newTally()
  for (const { source, collector, minute, copies } of told) {
    const key = JSON.stringify([source, collector])
    if (minute <= (known.get(key)?.minute ?? Number.NEGATIVE_INFINITY)) continue
    known.set(key, { source, teller: collector, minute })
    tally.add({ day: dayOf(minute, timeZone), source }, 'copies', copies)
  }
  await writeTold(tx, [...known.values()])
  return tally.rows()
}

type Copies = TrafficRecord & { readonly copies: number }

const readCopies = ({ key, value }: LogRecord): Copies | undefined => {
  if (key.startsWith('~')) return undefined
  try {
    const { copies, ...traffic } = trafficCodec.decode(value)
    return copies === undefined ? undefined : { ...traffic, copies }
  } catch (error) {
    if (!(error instanceof MessageError)) throw error
    return undefined
  }
}

interface Told {
  readonly source: string
  /** Who tells of copies: a partition of features. */
  readonly teller: string
  readonly minute: number
}

const readTold = async (tx: Transaction): Promise<Map<string, Told>> => {
  const rows = await tx.query<Told>('SELECT source, teller, minute FROM quality_told')
  return new Map(rows.map((told) => [JSON.stringify([told.source, told.teller]), told]))
}

const writeTold = async (tx: Transaction, told: readonly Told[]): Promise<void> => {
  await tx.query(
    `INSERT INTO quality_told (source, teller, minute)
     SELECT source, teller, minute FROM unnest($1::text[], $2::text[], $3::bigint[])
       AS sent (source, teller, minute)
     ON CONFLICT (source, teller) DO UPDATE SET minute = EXCLUDED.minute
       WHERE quality_told.minute < EXCLUDED.minute`,
    [
      told.map(({ source }) => source),
      told.map(({ teller }) => teller),
      told.map(({ minute }) => minute),
    ],
  )
}
