import { existsSync, readFileSync } from 'node:fs'
import { SHIPPED_VISIT_PRIOR } from '@ebb/risk/models/visit-rhythm'
import { DEMO_SEED } from '@ebb/simulator/demo-shop'
import { describe, expect, test } from 'vitest'
import { RETENTIONEERING } from '../replay/retentioneering.ts'
import { gradeSignal, type Signal, type VisitTrial } from './grade-visits.ts'
import { clickstreamPrior, clickstreamTrial, simulatorTrials, trialLines } from './visit-trials.ts'

const isHere = existsSync(RETENTIONEERING)
const isDataRequired = (process.env['EBB_TEST_REQUIRE'] ?? '').includes('data')
if (!isHere && !isDataRequired)
  console.warn('SKIPPED: the clickstream of retentioneering is absent.')

const GUIDE = readFileSync(new URL('../../../../docs/risk-models.md', import.meta.url), 'utf8')
const TOLD = GUIDE.split('\n')

const gradesOf = (trial: VisitTrial) => (signal: Signal) => gradeSignal(trial, signal)

const expectLines = (name: string, trial: VisitTrial) => {
  const lines = trialLines(name, trial)
  console.info(lines.join('\n'))
  expect(TOLD.filter((line) => line.startsWith(`| ${name} |`))).toEqual(lines)
}

const OWN = 'simulator, own prior'

describe.each([DEMO_SEED, 11])("the simulator's shop with seed %d, by its own prior", (seed) => {
  const grade = gradesOf(simulatorTrials(seed)[OWN]!)
  const [orders, visits, forward, agreed] = [
    ...[grade('orders'), grade('visits'), grade('forward'), grade('agreed')],
  ]

  test('brings light forward: more who left are told of, earlier, and hardly more in vain', () => {
    expect(forward!.recall).toBeGreaterThan(orders!.recall + 0.03)
    expect(forward!.delayDays).toBeLessThan(orders!.delayDays - 5)
    expect(forward!.precision).toBeGreaterThan(orders!.precision - 0.02)
    expect(forward!.gone).toBeGreaterThanOrEqual(orders!.gone - 0.01)
    expect(forward!.auc).toBeGreaterThanOrEqual(orders!.auc)
  })

  test('is told by visits who has left, more surely than by orders', () => {
    expect(visits!.gone).toBeGreaterThan(orders!.gone + 0.3)
    expect(visits!.auc).toBeGreaterThan(orders!.auc)
    expect(agreed!.gone).toBeGreaterThan(orders!.gone + 0.3)
    expect(agreed!.recall).toBeLessThan(orders!.recall)
  })
})

test('the guide tells what the simulator gave', () => {
  for (const [name, trial] of Object.entries(simulatorTrials())) expectLines(name, trial)
})

describe.skipIf(!isHere && !isDataRequired)('the clickstream of retentioneering', () => {
  test('gave the prior that is shipped', () => {
    const { shape, rate } = clickstreamPrior()
    expect(shape).toBeCloseTo(SHIPPED_VISIT_PRIOR.shape, 2)
    expect(rate).toBeCloseTo(SHIPPED_VISIT_PRIOR.rate, 0)
  })

  test('shows nothing: neither signal foretells an order, and no alert is moved', () => {
    const grade = gradesOf(clickstreamTrial())
    expect(Math.abs(grade('orders').auc - 0.5)).toBeLessThan(0.08)
    expect(Math.abs(grade('visits').auc - 0.5)).toBeLessThan(0.08)
    expect(grade('visits').alerts).toBe(0)
    expect(grade('forward')).toEqual(grade('orders'))
  })

  test('is told of in the guide', () => {
    expectLines('clickstream', clickstreamTrial())
  })
})
