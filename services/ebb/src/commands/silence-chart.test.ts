import { DAY_MS } from '@ebb/customer/calendar'
import { crossings, riskAt, riskAtLastOrder } from '@ebb/risk/silence/tiers'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { day } from './shop-fixture.ts'
import type { Milestone, Silence } from './silence.ts'
import { silenceChart } from './silence-chart.ts'
import { displayWidth } from './terminal-text.ts'

const silence = (repeatDays: number, spanDays: number, silentDays: number): Silence => {
  const rhythm = { repeatDays, firstAt: day(0), lastAt: day(spanDays), lastOrderId: 'last' }
  const now = rhythm.lastAt + silentDays * DAY_MS
  const reached = crossings(rhythm, SHIPPED_SCORING.model, SHIPPED_SCORING.policy)
  const milestones = (['light', 'moderate', 'heavy', 'lost'] as const).map((name): Milestone => {
    const at = reached[name] <= reached.lost ? reached[name] : null
    return { name, threshold: null, at, isPassed: at !== null && at <= now }
  })
  return {
    ...{ rhythm, now, stage: 0, lifecycle: 'active', atRiskSince: null, milestones },
    ...{ scoring: SHIPPED_SCORING, heldSince: null },
    risk: riskAt(rhythm, now, SHIPPED_SCORING),
    riskAtLastOrder: riskAtLastOrder(rhythm, SHIPPED_SCORING),
  }
}

test('a weekly buyer who is silent for three weeks', () => {
  expect(silenceChart(silence(20, 140, 21), 60)).toEqual([
    '1.00 ┤           ┊                     ⢀⣀⣀⠤⠤⠤⠔⠒⠒⠒⠒⠒',
    '     │           ┊                ⢀⡠⠔⠒⠉⠁',
    '     │           ┊             ⣀⠔⠊⠁',
    '     │           ┊          ⢀⠤⠊',
    '0.71 ┤╌╌╌╌╌╌╌╌╌╌╌┊╌╌╌╌╌╌╌╌⢀⠔⠁╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ heavy',
    '     │           ┊       ⡠⠃',
    '0.52 ┤╌╌╌╌╌╌╌╌╌╌╌┊╌╌╌╌╌⡠⠊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ moderate',
    '     │           ┊   ⢀⠔⠁',
    '     │           ┊  ⡔⠁',
    '0.33 ┤╌╌╌╌╌╌╌╌╌╌╌┊⡠⠊╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ light',
    '     │          ⡠●',
    '     │       ⣀⠔⠉ ┊',
    '     │  ⢀⣀⠤⠒⠉    ┊',
    '0.00 ┤⠒⠉⠁        ┊',
    '     └┬──────────┬──────────┬──────────┬──────────┬',
    '      0          20         40         60         80',
    '                 ▲ now, day 21',
  ])
})

test('a customer who is lost for long: the present lies beyond the right edge', () => {
  expect(silenceChart(silence(0, 0, 900), 80).at(-1)).toMatch(/^ {40,}now, day 900 ▶$/)
})

const anySilence = fc
  .record({
    repeatDays: fc.integer({ min: 0, max: 300 }),
    spanDays: fc.integer({ min: 0, max: 2_000 }),
    silentDays: fc.integer({ min: 0, max: 5_000 }),
  })
  .map(({ repeatDays, spanDays, silentDays }) => silence(repeatDays, spanDays, silentDays))

test('whatever the customer, a chart fits into 80 columns and shows all that it promises', () => {
  fc.assert(
    fc.property(anySilence, fc.integer({ min: 36, max: 300 }), (shown, columns) => {
      const lines = silenceChart(shown, columns)
      const text = lines.join('\n')
      for (const line of lines)
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.min(columns, 80))
      expect(text.match(/heavy|moderate|light/g)).toEqual(['heavy', 'moderate', 'light'])
      expect(text.match(/●/g)).toHaveLength(1)
      expect(text.match(/▲ now, day|now, day \d+ [▲▶]/g)).toHaveLength(1)
    }),
  )
})

test('the curve never falls from left to right', () => {
  fc.assert(
    fc.property(anySilence, (shown) => {
      const rows = silenceChart(shown, 80).slice(0, 14)
      const heights = Array.from({ length: 80 }, (_, column) =>
        rows.findIndex((row) => /[\u2801-\u28ff●]/.test([...row][column] ?? '')),
      ).filter((row) => row !== -1)
      expect(heights).toEqual(heights.toSorted((a, b) => b - a))
      expect(heights.length).toBeGreaterThan(50)
    }),
  )
})
