import { DAY_MS } from '@ebb/customer/calendar'
import { DEMO_SEED, demoShop } from '@ebb/simulator/demo-shop'
import { describe, expect, test } from 'vitest'
import { gradeReasons, type JudgedAlert, judgedAlerts } from './grade-reasons.ts'

const START = Date.UTC(2026, 0, 5)

describe('the reasons of alerts, on a simulated shop whose causes are known', () => {
  const judged = [...judgedAlerts(demoShop(START, DEMO_SEED), START + 365 * DAY_MS)]
  const { alerts, right, macroF1, falseBlame, blameOfPresent } = gradeReasons(judged)

  test('are right in four of five alerts, of every cause', () => {
    expect(alerts).toBeGreaterThan(500)
    expect(right).toBeGreaterThanOrEqual(0.8)
    expect(macroF1).toBeGreaterThanOrEqual(0.75)
  })

  test('blame nobody for a silence that left no evidence, in nine of ten alerts', () => {
    expect(falseBlame).toBeLessThanOrEqual(0.1)
    expect(blameOfPresent).toBeLessThanOrEqual(0.1)
  })

  test('are right for each tier: what drove somebody away is still known months later', () => {
    for (const tier of ['light', 'moderate', 'heavy'] as const) {
      const grade = gradeReasons(judged.filter((one) => one.tier === tier))
      expect([grade.right >= 0.8, grade.macroF1 >= 0.75], tier).toEqual([true, true])
    }
  })
})

describe('a grade', () => {
  const one = (cause: JudgedAlert['cause'], told: JudgedAlert['told']): JudgedAlert => ({
    ...{ cause, told, tier: 'light' },
  })

  test('takes UNKNOWN for right where a cause leaves no evidence, and averages over five reasons', () => {
    const perfect = [one('PRICE', 'PRICE'), one('QUALITY', 'QUALITY'), one('SERVICE', 'SERVICE')]
    const rest = [one('UX', 'UX'), one('COMPETITOR', 'UNKNOWN'), one('NONE', 'UNKNOWN')]
    expect(gradeReasons([...perfect, ...rest])).toMatchObject({
      ...{ alerts: 6, right: 1, macroF1: 1, falseBlame: 0 },
    })
    const blamed = [...perfect, ...rest, one('NEED_CHANGE', 'PRICE'), one('NOT_AWAY', 'UX')]
    const grade = gradeReasons(blamed)
    expect(grade).toMatchObject({ alerts: 7, right: 6 / 7, falseBlame: 1 / 3, blameOfPresent: 1 })
    // PRICE 2/3, UNKNOWN 4/5, the others 1.
    expect(grade.macroF1).toBeCloseTo((2 / 3 + 4 / 5 + 3) / 5, 10)
  })
})
