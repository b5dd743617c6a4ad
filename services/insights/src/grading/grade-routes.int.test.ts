import type { GradesPage } from '@ebb/contracts/dashboard-api'
import { ALERTS, FEATURES } from '@ebb/contracts/topics'
import { recordedTelemetry } from '@ebb/runtime/telemetry/telemetry-fixture'
import { usePostgres } from '@ebb/testkit/engines'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  alertRecord,
  append,
  DAY_MS,
  featuresRecord,
  NOON,
  PARTITIONS,
  type Rig,
  rhythmOf,
  SCORING,
  startRig,
  tick,
} from '../insights-fixture.ts'
import { readGrades } from './grades-page.ts'
import { grader, KEPT_DAYS } from './keep-grades.ts'
import { modelMetrics } from './model-metrics.ts'

const server = await usePostgres()

const SHOP = { scoring: SCORING, timeZone: 'Europe/Berlin' }
/** Whoever ordered 200 days ago has their turn within the hundred days behind that. */
const FIRST_DAY = NOON - 200 * DAY_MS

describe.skipIf(server === undefined)('grades', () => {
  let rig: Rig
  beforeEach(async () => {
    rig = await startRig(server!.url)
  })
  afterEach(() => rig.stop())

  /** Ticks at noon of so many days, the first one after the 200th before now. */
  const pass = async (days: number): Promise<void> => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const ticks = Array.from({ length: days }, (_, day) => tick(FIRST_DAY + day * DAY_MS))
      await rig.log.append({ topic: FEATURES, partition }, ticks)
    }
    await rig.log.settled()
  }
  const gradeNow = () => grader({ postgres: rig.postgres, ...SHOP, onGraded: async () => {} })()
  const page = async (): Promise<GradesPage> =>
    (await (await rig.get('/api/grades', 'analyst')).json()) as GradesPage

  /** A hundred customers who ordered once, and an alert of one of them. */
  const tell = async (): Promise<void> => {
    const people = Array.from({ length: 100 }, (_, nth) => `u:${nth}`)
    const rhythm = { ...rhythmOf(201), repeatDays: 0, orders: 1, firstAt: rhythmOf(201).lastAt }
    await append(
      rig.log,
      FEATURES,
      people.map((key, nth) => featuresRecord(key, `0.${nth}.0`, { rhythm })),
    )
    const crossedAt = FIRST_DAY + DAY_MS
    await append(rig.log, ALERTS, [alertRecord('u:7', '0.1.0', { crossedAt, raisedAt: crossedAt })])
    await rig.log.settled()
  }

  test('are nothing before a day has passed', async () => {
    expect(await page()).toEqual({ model: 'test', months: [], versions: [], beaten: [] })
    await gradeNow()
    expect((await page()).months).toEqual([])
  })

  test('are told by month to those who may see them', async () => {
    await tell()
    await pass(200)
    await gradeNow()
    const { months, versions } = await page()
    // Everybody had one turn in the first hundred days, and one in the second.
    expect(months.reduce((sum, { scored }) => sum + scored, 0)).toBe(200)
    expect(months.reduce((sum, { alerts }) => sum + alerts[0]!.right, 0)).toBe(1)
    expect(
      months
        .map(({ month }) => month)
        .toSorted()
        .toReversed(),
    ).toEqual(months.map(({ month }) => month))
    expect(months.at(-1)).toMatchObject({ isComplete: true, quietRate: 1, auc: null })
    expect(months[0]).toMatchObject({ isComplete: false, graded: 0, meanRisk: null })
    expect(versions[0]).toEqual({ ...months[0], model: 'test' })
    for (const role of ['viewer', 'support'])
      expect((await rig.get('/api/grades', role)).status).toBe(403)
  })

  test('stay when the single risks go, a month behind the last horizon', async () => {
    await tell()
    await pass(40 + 90 + KEPT_DAYS + 40)
    await gradeNow()
    const first = (await page()).months.at(-1)
    const kept = await rig.postgres.query<{ month: string }>(
      'SELECT DISTINCT month FROM graded_risks ORDER BY month',
    )
    expect(kept.length).toBeGreaterThan(2)
    expect(kept.map(({ month }) => month)).not.toContain(first!.month)
    expect(first).toMatchObject({ isComplete: true, quietRate: 1 })
    await gradeNow()
    expect((await page()).months.at(-1)).toEqual(first)
  })

  test('are measured, of the last complete month', async () => {
    const telemetry = recordedTelemetry()
    const measure = modelMetrics(telemetry, '@ebb/insights')
    await tell()
    await pass(200)
    await gradeNow()
    const graded = await readGrades(rig.postgres, SHOP)
    measure({ ...graded, beaten: [{ rule: 'gap', months: 3 }] })
    const last = graded.months.find(({ isComplete }) => isComplete)!
    const attributes = { model: 'test' }
    const points = (name: string) => telemetry.points(`ebb.model.${name}`)
    expect(await points('graded')).toEqual([{ attributes, value: last.graded }])
    expect(await points('brier')).toEqual([{ attributes, value: last.brier }])
    // A month on, another version scored alone: the one before is told of no more.
    const versions = graded.versions.map((grade) => ({ ...grade, model: 'next' }))
    measure({ ...graded, versions })
    expect(await points('graded')).toEqual([{ attributes: { model: 'next' }, value: last.graded }])
    measure({ ...graded, beaten: [{ rule: 'gap', months: 3 }] })
    expect(await points('graded')).toEqual([{ attributes, value: last.graded }])
    // Everybody stayed away: nobody can be told from anybody.
    expect(await points('auc')).toEqual([])
    expect(await points('beaten')).toEqual([
      { attributes: { rule: 'silence' }, value: 0 },
      { attributes: { rule: 'gap' }, value: 3 },
    ])
  })
})
