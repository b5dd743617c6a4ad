import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BY_TIME, orderRow } from './replay-fixture.ts'
import {
  lastTick,
  type PlanSettings,
  parseRepeats,
  parseSendOrder,
  replayPlan,
  type Send,
} from './replay-plan.ts'
import type { ReplayRow } from './replay-row.ts'

const HOUR_MS = 3_600_000
const FIRST = Date.UTC(2024, 2, 30)

const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia']

const arbitraryRows: fc.Arbitrary<ReplayRow[]> = fc
  .array(fc.integer({ min: 0, max: 72 * 4 }), { minLength: 1, maxLength: 40 })
  .map((quarters) => quarters.map((n, i) => orderRow(i + 1, FIRST + (n * HOUR_MS) / 4)))

const arbitraryZone = fc.constantFrom(...ZONES)

const plan = (rows: readonly ReplayRow[], over: Partial<PlanSettings> = {}): Send[] => [
  ...replayPlan(rows, { ...BY_TIME, ...over }),
]

const ticksOf = (sends: readonly Send[]): number[] =>
  sends.flatMap((send) => (send.kind === 'tick' ? [send.at] : []))

const rowsOf = (sends: readonly Send[]): ReplayRow[] =>
  sends.flatMap((send) => (send.kind === 'row' ? [send.row] : []))

const shown = (sends: readonly Send[]): string[] =>
  sends.map((send) =>
    send.kind === 'row' ? `o${send.row.row}` : new Date(send.at).toISOString().slice(5, 16),
  )

describe('the ticks of a plan', () => {
  test('stand at each full hour before the rows of it, the last at midnight', () => {
    const at = (hour: number, minute: number) => Date.UTC(2024, 4, 1, hour, minute)
    const rows = [orderRow(1, at(20, 5)), orderRow(2, at(22, 0)), orderRow(3, at(22, 59))]
    expect(shown(plan(rows))).toEqual([
      ...['05-01T20:00', 'o1', '05-01T21:00', '05-01T22:00', 'o2', 'o3'],
      '05-02T00:00',
    ])
  })

  test('rise by an hour each, from the hour of the first row to that of the last', () => {
    fc.assert(
      fc.property(arbitraryRows, arbitraryZone, (rows, timeZone) => {
        const times = rows.map(({ occurredAt }) => Math.floor(occurredAt / HOUR_MS) * HOUR_MS)
        const ticks = ticksOf(plan(rows, { timeZone }))
        const hours = ticks.slice(0, -1)
        expect(hours[0]).toBe(Math.min(...times))
        expect(hours.at(-1)).toBe(Math.max(...times))
        expect(hours.every((at, i) => i === 0 || at === hours[i - 1]! + HOUR_MS)).toBe(true)
        expect(ticks.at(-1)).toBeGreaterThan(hours.at(-1)!)
      }),
    )
  })

  test('stand right before every row at its own hour, and never later', () => {
    fc.assert(
      fc.property(arbitraryRows, (rows) => {
        let clock = 0
        for (const send of plan(rows)) {
          if (send.kind === 'tick') clock = send.at
          else expect(clock).toBe(Math.floor(send.row.occurredAt / HOUR_MS) * HOUR_MS)
        }
      }),
    )
  })

  test('never fall back where rows come out of order', () => {
    fc.assert(
      fc.property(arbitraryRows, fc.integer({ min: 0, max: 99 }), (rows, seed) => {
        for (const order of [{ kind: 'file' }, { kind: 'shuffle-day', seed }] as const) {
          const ticks = ticksOf(plan(rows, { order }))
          expect(ticks.every((at, i) => i === 0 || at > ticks[i - 1]!)).toBe(true)
        }
      }),
    )
  })
})

describe('the last tick', () => {
  const lastOf = (iso: string, timeZone: string): string =>
    new Date(lastTick([orderRow(1, Date.parse(iso))], timeZone)).toISOString()

  test.each([
    ['2024-05-01T00:00:00Z', 'UTC', '2024-05-02T00:00:00.000Z'],
    ['2024-05-01T23:59:59.999Z', 'UTC', '2024-05-02T00:00:00.000Z'],
    ['2024-05-01T21:59:00Z', 'Europe/Berlin', '2024-05-01T22:00:00.000Z'],
    ['2024-05-01T22:00:00Z', 'Europe/Berlin', '2024-05-02T22:00:00.000Z'],
    ['2024-05-01T12:00:00Z', 'Asia/Kolkata', '2024-05-01T18:30:00.000Z'],
  ])('behind %s in %s is %s', (iso, timeZone, midnight) => {
    expect(lastOf(iso, timeZone)).toBe(midnight)
  })

  test('comes after 23 or 25 hours where the clocks change', () => {
    expect(lastOf('2024-03-30T23:00:00Z', 'Europe/Berlin')).toBe('2024-03-31T22:00:00.000Z')
    expect(lastOf('2024-10-26T22:00:00Z', 'Europe/Berlin')).toBe('2024-10-27T23:00:00.000Z')
  })

  test('is behind every row and every other tick, in every order', () => {
    fc.assert(
      fc.property(arbitraryRows, arbitraryZone, (rows, timeZone) => {
        const last = lastTick(rows, timeZone)
        for (const kind of ['time', 'file', 'reverse'] as const) {
          const sends = plan(rows, { timeZone, order: { kind } })
          expect(sends.at(-1)).toEqual({ kind: 'tick', at: last })
          expect(Math.max(...ticksOf(sends.slice(0, -1)))).toBeLessThan(last)
        }
        expect(last).toBeGreaterThan(Math.max(...rows.map(({ occurredAt }) => occurredAt)))
      }),
    )
  })
})

describe('rows are sent', () => {
  const rows = [3, 1, 2, 1].map((hour, i) => orderRow(i + 1, FIRST + hour * HOUR_MS))
  const sent = (over: Partial<PlanSettings>) => rowsOf(plan(rows, over)).map(({ row }) => row)

  test('by time, and where that is equal by their row number', () => {
    expect(sent({})).toEqual([2, 4, 3, 1])
  })

  test('as they stand in the file', () => {
    expect(sent({ order: { kind: 'file' } })).toEqual([1, 2, 3, 4])
  })

  test('backwards', () => {
    expect(sent({ order: { kind: 'reverse' } })).toEqual([1, 3, 4, 2])
  })

  test('shuffled within the days of the shop, one seed one sequence', () => {
    fc.assert(
      fc.property(arbitraryRows, fc.nat({ max: 1_000 }), arbitraryZone, (all, seed, timeZone) => {
        const shuffled = () => rowsOf(plan(all, { order: { kind: 'shuffle-day', seed }, timeZone }))
        const day = ({ occurredAt }: ReplayRow) => lastTick([orderRow(1, occurredAt)], timeZone)
        const days = shuffled().map(day)
        expect(days).toEqual(days.toSorted((a, b) => a - b))
        expect(shuffled().toSorted((a, b) => a.row - b.row)).toEqual(all)
        expect(shuffled()).toEqual(shuffled())
      }),
    )
  })

  test('shuffled otherwise under another seed', () => {
    const many = Array.from({ length: 40 }, (_, i) => orderRow(i + 1, FIRST + i))
    const numbers = (seed: number) =>
      rowsOf(plan(many, { order: { kind: 'shuffle-day', seed } })).map(({ row }) => row)
    expect(numbers(1)).not.toEqual(numbers(2))
    expect(numbers(1)).not.toEqual(many.map(({ row }) => row))
  })
})

describe('repeats', () => {
  const many = Array.from({ length: 500 }, (_, i) => orderRow(i + 1, FIRST + i * 60_000))
  const numbers = (percent: number, seed = 7) =>
    rowsOf(plan(many, { repeats: { percent, seed } })).map(({ row }) => row)

  test('are so many of a hundred rows, each once more, anywhere behind the first', () => {
    const sent = numbers(20)
    expect(sent.length - many.length).toBeGreaterThan(60)
    expect(sent.length - many.length).toBeLessThan(140)
    expect([...new Set(sent)]).toEqual(many.map(({ row }) => row))
    expect(Math.max(...many.map(({ row }) => sent.filter((n) => n === row).length))).toBe(2)
    const gaps = sent.map((row, i) => i - sent.indexOf(row)).filter((gap) => gap > 0)
    expect(Math.max(...gaps)).toBeGreaterThan(100)
  })

  test('are none of nothing, and all of a hundred', () => {
    expect(numbers(0)).toHaveLength(500)
    expect(numbers(100)).toHaveLength(1_000)
  })

  test('are the same for the same seed, and others for another', () => {
    expect(numbers(20, 7)).toEqual(numbers(20, 7))
    expect(numbers(20, 7)).not.toEqual(numbers(20, 8))
  })
})

describe('an option', () => {
  test('says the order', () => {
    for (const kind of ['time', 'file', 'reverse'] as const)
      expect(parseSendOrder(kind)).toEqual({ kind })
    expect(parseSendOrder('shuffle-day:7')).toEqual({ kind: 'shuffle-day', seed: 7 })
  })

  test.each(['', 'Time', 'shuffle-day', 'shuffle-day:', 'shuffle-day:x', 'shuffle-day:-1'])(
    'of order “%s” is refused, and says what it takes',
    (text) => {
      expect(() => parseSendOrder(text)).toThrow(
        expect.objectContaining({
          code: 'EBB_REPLAY_OPTION',
          where: `--order ${text}`,
          fix: 'Write time, file, reverse or shuffle-day:SEED, like shuffle-day:7',
        }),
      )
    },
  )

  test('says what share is repeated', () => {
    expect(parseRepeats('20:7')).toEqual({ percent: 20, seed: 7 })
    expect(parseRepeats('0.5:0')).toEqual({ percent: 0.5, seed: 0 })
    expect(parseRepeats('100:123456789')).toEqual({ percent: 100, seed: 123_456_789 })
  })

  test.each(['', '20', '20:', ':7', '-1:7', '100.1:7', '20:x', '20:7:7', '20%:7'])(
    'of repeats “%s” is refused, and says what it takes',
    (text) => {
      expect(() => parseRepeats(text)).toThrow(
        expect.objectContaining({ code: 'EBB_REPLAY_OPTION', where: `--repeat ${text}` }),
      )
    },
  )
})
