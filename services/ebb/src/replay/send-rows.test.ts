import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import type { RejectRecord } from '@ebb/contracts/reject-record'
import { TICK_KEY } from '@ebb/contracts/tick'
import { EVENTS, REJECTS } from '@ebb/contracts/topics'
import type { EventLog } from '@ebb/streaming/event-log'
import { partitionOf } from '@ebb/streaming/partitioner'
import { describe, expect, test } from 'vitest'
import { judgeRows } from './judge-rows.ts'
import { BY_TIME, decoded, memoryLog, orderRow, recordsOf, rowsOf } from './replay-fixture.ts'
import type { FileRows, RefusedRow, ReplayRow } from './replay-row.ts'
import { type SendSettings, sendRows } from './send-rows.ts'

const MAY = Date.UTC(2024, 4, 1)
const HOUR_MS = 3_600_000
const ROWS = Array.from({ length: 30 }, (_, i) => orderRow(i + 1, MAY + i * 25 * 60_000))

const send = (log: EventLog, rows: FileRows, over: Partial<SendSettings> = {}): Promise<void> => {
  const { signal: interrupted } = new AbortController()
  const judged = { rows: judgeRows(rows), ...over }
  return sendRows(log, { ...BY_TIME, file: 'orders.csv', now: MAY, interrupted, ...judged })
}

const sent = async (rows: FileRows, over: Partial<SendSettings> = {}) => {
  const log = memoryLog()
  await send(log, rows, over)
  return { events: await recordsOf(log, EVENTS), rejects: await recordsOf(log, REJECTS) }
}

/** A row whose amount is refused, as an order event would be. */
const badRow = (row: number, occurredAt: number): ReplayRow => {
  const good = orderRow(row, occurredAt)
  return { ...good, item: { ...good.item, properties: { order_id: 'x', total: '-1' } } }
}

const REFUSED: RefusedRow = { row: 9, raw: 'ann,?', code: 'EBB_ROW_TIME', message: 'no time' }

describe('the rows of a file', () => {
  test('become events in the partitions of their customers, as the collector makes them', async () => {
    const { events } = await sent(rowsOf([orderRow(1, MAY, 'ann')]))
    const record = events[partitionOf('u:ann', 4)]?.find(({ key }) => key === 'u:ann')
    expect(decoded<CanonicalEvent>(record!)).toEqual({
      id: 'o1',
      type: 'track',
      name: 'Order Completed',
      customer: { userId: 'ann' },
      source: 'replay',
      sourceRank: 2,
      occurredAt: MAY,
      receivedAt: MAY,
      order: { id: 'o1', amountMinor: 1_000, currency: 'USD', baseMinor: 1_000 },
      properties: { order_id: 'o1', total: '10.00', currency: 'USD' },
      context: {},
    })
    expect(record?.headers).toMatchObject({ ce_id: 'o1', ce_source: 'replay', producer: 'replay' })
  })

  test('stand behind the ticks of their hours, which go into every partition', async () => {
    const { events } = await sent(rowsOf(ROWS))
    const hours = Math.floor((29 * 25) / 60) + 1
    for (const [partition, records] of events.entries()) {
      const ticks = records.filter(({ key }) => key === TICK_KEY)
      expect(ticks).toHaveLength(hours + 1)
      let clock = 0
      for (const record of records) {
        if (record.key === TICK_KEY) {
          clock = decoded<{ at: number }>(record).at
          continue
        }
        const { occurredAt } = decoded<CanonicalEvent>(record)
        expect(Math.floor(occurredAt / HOUR_MS) * HOUR_MS).toBe(clock)
        expect(partitionOf(record.key, 4)).toBe(partition)
      }
      expect(clock).toBe(MAY + 24 * HOUR_MS)
    }
    expect(events.flat().filter(({ key }) => key !== TICK_KEY)).toHaveLength(30)
  })

  test('are sent to the byte as they were before', async () => {
    const repeats = { percent: 30, seed: 1 }
    expect(await sent(rowsOf(ROWS), { repeats })).toEqual(await sent(rowsOf(ROWS), { repeats }))
  })

  test('are not sent any more when the replay is interrupted, and go on later', async () => {
    const log = memoryLog()
    await send(log, rowsOf(ROWS), { interrupted: AbortSignal.abort() })
    expect((await recordsOf(log, EVENTS)).flat()).toEqual([])
    await send(log, rowsOf(ROWS))
    expect(await recordsOf(log, EVENTS)).toEqual((await sent(rowsOf(ROWS))).events)
  })
})

describe('a refused row', () => {
  const rejectsOf = async (rows: FileRows) =>
    (await sent(rows)).rejects.flat().map(decoded<RejectRecord>)

  test('is kept with its text, its reason and its row number', async () => {
    const [reject] = await rejectsOf(rowsOf(ROWS, { refused: [REFUSED] }))
    expect(reject).toMatchObject({
      source: 'replay',
      code: 'EBB_ROW_TIME',
      message: 'no time',
      where: 'orders.csv row 9',
      payload: Buffer.from('ann,?').toString('base64'),
    })
  })

  test('makes no event; one that is refused as an event says why', async () => {
    const { events, rejects } = await sent(rowsOf([...ROWS, badRow(40, MAY + 5)]))
    expect(events).toEqual((await sent(rowsOf(ROWS))).events)
    const [reject] = rejects.flat().map(decoded<RejectRecord>)
    expect(reject).toMatchObject({ code: 'EBB_EVENT_AMOUNT_NEGATIVE', where: 'orders.csv row 40' })
    expect(reject?.message).toContain('Send the amount without its sign')
  })

  test('is kept once for each row, by their numbers, equal ones too', async () => {
    const refused = [{ ...REFUSED, row: 12 }, REFUSED, { ...REFUSED, row: 10 }]
    const kept = (await rejectsOf(rowsOf([...ROWS, badRow(11, MAY)], { refused }))).map(
      ({ where }) => where,
    )
    expect(kept).toEqual([9, 10, 11, 12].map((row) => `orders.csv row ${row}`))
  })

  test('is kept once though the replay runs again', async () => {
    const log = memoryLog()
    const rows = rowsOf(ROWS, { refused: [REFUSED] })
    await send(log, rows)
    await send(log, rows)
    expect((await recordsOf(log, REJECTS)).flat()).toHaveLength(1)
  })
})
