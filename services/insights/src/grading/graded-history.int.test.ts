import { modelSignalRecord } from '@ebb/contracts/model-signal'
import type { Postgres } from '@ebb/postgres/postgres-client'
import { riskAt } from '@ebb/risk/silence/tiers'
import type { LogRecord, NewRecord } from '@ebb/streaming/event-log'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alertsHandler } from '../alerts/alerts-reader.ts'
import type { Rhythm } from '../customers/customer-fold.ts'
import { featuresHandler } from '../customers/features-reader.ts'
import {
  alertRecord,
  DAY_MS,
  featuresRecord,
  openSchema,
  SCORING,
  tick,
} from '../insights-fixture.ts'
import { prepareInsights } from '../read-models.ts'

const server = await usePostgres()

const START = Date.UTC(2026, 0, 1)
const DAYS = 140
/** Their turns are all days of a hundred: so many that every day has somebody. */
const PEOPLE = Array.from({ length: 200 }, (_, nth) => `u:${nth}`)

/** Orders of a customer: every so many days, with a pause. */
const daysOf = (nth: number): number[] => {
  const gap = 3 + (nth % 40)
  const pause = 20 + (nth % 7) * 15
  const days = Array.from({ length: 80 }, (_, i) => (nth % 11) + i * gap)
  return days.filter((day) => day < DAYS && (day < pause || day > pause + 100))
}

const rhythmAfter = (days: readonly number[]): Rhythm => ({
  ...{ orders: days.length, repeatDays: days.length - 1 },
  firstAt: START + days[0]! * DAY_MS + 1_000,
  lastAt: START + days.at(-1)! * DAY_MS + 1_000,
  lastOrderId: `o${days.at(-1)}`,
})

const appendedAt = START + 10 * 365 * DAY_MS
const placed = (records: readonly NewRecord[]): LogRecord[] =>
  records.map((record, offset) => ({ headers: {}, ...record, offset, appendedAt }))

/** The topic as a generation of states writes it: each order, and two ticks a day. */
const historyIn = (generation: number): LogRecord[] => {
  const records: NewRecord[] = []
  for (let day = 0; day < DAYS; day += 1) {
    records.push(tick(START + day * DAY_MS))
    for (const [nth, customerId] of PEOPLE.entries()) {
      const days = daysOf(nth)
      const until = days.indexOf(day)
      if (until === -1) continue
      const rhythm = rhythmAfter(days.slice(0, until + 1))
      records.push(featuresRecord(customerId, `${generation}.${records.length}.0`, { rhythm }))
    }
    records.push(tick(START + day * DAY_MS + DAY_MS / 2))
  }
  return placed(records)
}

describe.skipIf(server === undefined)('what was told of a history', () => {
  let postgres: Postgres
  beforeEach(async () => {
    postgres = await openSchema(server!.url)
    await prepareInsights(postgres)
  })
  afterEach(() => postgres.close())

  const reading = { partitions: 1, timeZone: 'UTC', onSkip: () => {} }
  const featuresOf = (generation: number) =>
    featuresHandler({ ...reading, scoring: SCORING, generation })

  /** Reads in batches of so many; before each, the same batch with a kill before its commit. */
  const read = async (
    records: readonly LogRecord[],
    generation = 0,
    size = 5_000,
  ): Promise<void> => {
    const handle = featuresOf(generation)
    for (let begin = 0; begin < records.length; begin += size) {
      const batch = records.slice(begin, begin + size)
      const killed = postgres.transaction(async (tx) => {
        await handle(tx, batch, 0)
        throw new Error('killed')
      })
      await expect(killed).rejects.toThrow('killed')
      await postgres.transaction((tx) => handle(tx, batch, 0))
    }
  }

  const risks = () =>
    postgres.query<{ customer: string; at: number; risk: number; isQuiet: boolean | null }>(
      `SELECT customer_id AS customer, at, risk, is_quiet AS "isQuiet", model FROM graded_risks
       WHERE tier IS NULL ORDER BY at, customer_id`,
    )

  test('is graded by the orders behind it, and one customer once in a hundred days', async () => {
    await read(historyIn(0))
    const rows = await risks()
    const last = START + (DAYS - 1) * DAY_MS
    for (const { customer, at, risk, isQuiet } of rows) {
      const days = daysOf(Number(customer.slice(2))).map((day) => START + day * DAY_MS + 1_000)
      const before = days.filter((each) => each <= at)
      const rhythm = {
        ...{ firstAt: before[0]!, lastAt: before.at(-1)!, repeatDays: before.length - 1 },
      }
      expect(risk).toBe(riskAt(rhythm, at, SCORING))
      const until = at + 90 * DAY_MS
      const isOver = until <= last
      expect(isQuiet).toBe(isOver ? !days.some((each) => each > at && each <= until) : null)
    }
    const turns = Map.groupBy(rows, ({ customer }) => customer)
    for (const own of turns.values())
      expect(new Set(own.map(({ at }) => (at / DAY_MS) % 100)).size).toBe(1)
    expect(rows.length).toBeGreaterThan(200)
    expect(new Set(rows.map(({ isQuiet }) => isQuiet)).size).toBe(3)
  })

  test('is the same wherever batches end, and after a rebuild', async () => {
    await read(historyIn(0))
    const whole = await risks()
    await read(historyIn(1), 1, 777)
    expect(await risks()).toEqual(whole)
    // What was graded long ago is gone: it is not told again.
    await postgres.query('DELETE FROM graded_risks WHERE is_quiet IS NOT NULL')
    const open = whole.filter(({ isQuiet }) => isQuiet === null)
    await read(historyIn(2), 2, 777)
    expect(await risks()).toEqual(open)
    const cut = await openSchema(server!.url)
    await prepareInsights(cut)
    await postgres.close()
    postgres = cut
    await read(historyIn(0), 0, 333)
    expect(await risks()).toEqual(whole)
  })

  test('goes on behind a rebuild where it was', async () => {
    const upTo = (records: LogRecord[], share: number) =>
      records.slice(0, Math.floor(records.length * share))
    await read(historyIn(0))
    const whole = await risks()
    const halfway = await openSchema(server!.url)
    await prepareInsights(halfway)
    await postgres.close()
    postgres = halfway
    await read(upTo(historyIn(0), 0.6))
    await read(historyIn(1), 1, 1_000)
    expect(await risks()).toEqual(whole)
  })

  test('is told by the model that its partition was told last', async () => {
    const model = { kind: 'mbg-nbd', parameters: { r: 1, alpha: 2, a: 1, b: 3 } } as const
    const promotion = (version: string, at: number) => modelSignalRecord({ version, at, model })
    const records = historyIn(0)
    const half = records.length / 2
    const signals = [promotion('new', 2), promotion('old', 1), promotion('new', 2)]
    await read(placed([...records.slice(0, half), ...signals, ...records.slice(half)]), 0, 901)
    const rows = await postgres.query<{ model: string; first: number; last: number }>(
      'SELECT model, min(at) AS first, max(at) AS last FROM graded_risks GROUP BY model ORDER BY first',
    )
    expect(rows.map((row) => row.model)).toEqual(['test', 'new'])
    expect(rows[0]!.last).toBeLessThan(rows[1]!.first)
    const [told] = await postgres.query<Record<string, number>>(
      `SELECT risk, at, first_at, last_at, repeat_days, light_at FROM customers
       JOIN graded_risks USING (customer_id, repeat_days)
       WHERE model = 'new' AND at >= last_at LIMIT 1`,
    )
    const rhythm = {
      ...{ firstAt: told!['first_at']!, lastAt: told!['last_at']! },
      repeatDays: told!['repeat_days']!,
    }
    expect(told!['risk']).toBe(riskAt(rhythm, told!['at']!, { ...SCORING, model }))
  })

  test('a promotion changes when silence leads where, also of whom nothing more is heard', async () => {
    const model = { kind: 'mbg-nbd', parameters: { r: 1, alpha: 2, a: 1, b: 3 } } as const
    const known = placed([tick(START), featuresRecord('u:ann', '0.1.0')])
    await read(known)
    const light = async () =>
      (await postgres.query<{ at: number }>('SELECT light_at AS at FROM customers'))[0]!.at
    const before = await light()
    const signal = modelSignalRecord({ version: 'new', at: 1, model })
    const [promoted] = placed([signal]).map((record) => ({ ...record, offset: 2 }))
    await read([promoted!])
    expect(await light()).not.toBe(before)
  })

  describe('of alerts', () => {
    const tell = (records: readonly NewRecord[]) =>
      postgres.transaction((tx) =>
        alertsHandler({ timeZone: 'UTC', onSkip: () => {} })(tx, placed(records), 0),
      )
    const graded = () =>
      postgres.query(
        `SELECT customer_id AS customer, tier, is_quiet AS "isQuiet" FROM graded_risks
         WHERE tier IS NOT NULL ORDER BY customer_id`,
      )
    const at = (day: number) => START + day * DAY_MS
    const alert = (customerId: string, day: number, over = {}) =>
      alertRecord(customerId, '0.1.0', { crossedAt: at(day), raisedAt: at(day), ...over })
    const ordered = (customerId: string, day: number, version: string) =>
      featuresRecord(customerId, version, {
        rhythm: { ...rhythmAfter([0]), lastAt: at(day), lastOrderId: `o${day}` },
      })

    test('grades those to act on when the clock passes their horizon', async () => {
      await read(placed([tick(at(0)), ordered('u:ann', 0, '0.1.0'), ordered('u:bob', 0, '0.2.0')]))
      await tell([
        ...[alert('u:ann', 10), alert('u:bob', 10), alert('u:eve', 10, { isOutranked: true })],
        alert('u:joe', 10, { kind: 'lost', tier: 'heavy' }),
      ])
      const rest = [ordered('u:ann', 100, '0.4.0'), ordered('u:bob', 101, '0.5.0')]
      const later = placed([...rest, tick(at(100))])
      await read(later.map((record) => ({ ...record, offset: record.offset + 3 })))
      expect(await graded()).toEqual([
        { customer: 'u:ann', tier: 'light', isQuiet: false },
        { customer: 'u:bob', tier: 'light', isQuiet: true },
      ])
      await tell([alert('u:ann', 10), alert('u:new', 5)])
      expect(await graded()).toHaveLength(2)
    })

    test('knows of orders that were read before the alert', async () => {
      await read(placed([tick(at(0)), ordered('u:ann', 20, '0.1.0')]))
      await tell([alert('u:ann', 10)])
      const [later] = placed([tick(at(101))]).map((record) => ({ ...record, offset: 2 }))
      await read([later!])
      expect(await graded()).toEqual([{ customer: 'u:ann', tier: 'light', isQuiet: false }])
    })
  })
})
