import type { FeaturesRecord } from '@ebb/contracts/features-record'
import { modelSignalRecord } from '@ebb/contracts/model-signal'
import type { SourceSignal } from '@ebb/contracts/source-signal'
import { tickRecord } from '@ebb/contracts/tick'
import { crossings } from '@ebb/risk/silence/tiers'
import { HaltError } from '@ebb/streaming/faults'
import { describe, expect, test } from 'vitest'
import { DAY_MS, featuresOf, featuresRecord, NOON, rhythmOf, SETTINGS } from './scorer-fixture.ts'
import { readScorerShared } from './scorer-shared.ts'
import { scorerInMemory, sourceRecord } from './signals-fixture.ts'

const { light, moderate } = crossings(rhythmOf(0), SETTINGS.model, SETTINGS.policy)
const HOUR_MS = 3_600_000

/** Features of a customer whose orders come through a source. */
const through = (source: string | undefined, ...days: number[]): FeaturesRecord => {
  const rhythm = rhythmOf(...days)
  return featuresOf({ rhythm: source === undefined ? rhythm : { ...rhythm, source } })
}
const silent = (since: number, at: number) =>
  signal({ kind: 'silent', at, since, silent: [{ source: 'till', since }] })
const back = (since: number, at: number) => signal({ kind: 'back', at, since, silent: [] })
const gone = (since: number, at: number) => signal({ kind: 'gone', at, since, silent: [] })
const signal = (of: Omit<SourceSignal, 'source'>) => sourceRecord({ source: 'till', ...of })

/** The till is silent since two hours before the customer would be at risk. */
const SINCE = light - 2 * HOUR_MS
const TOLD = light - HOUR_MS
const OUTAGE = [tickRecord(TOLD), silent(SINCE, TOLD)]

/** As shipped. */
const SAME = {
  kind: 'mbg-nbd' as const,
  parameters: { r: 0.525, alpha: 6.183, a: 0.891, b: 1.614 },
}

const heldScorer = async (source: string | undefined) => {
  const scorer = scorerInMemory()
  await scorer.run([tickRecord(NOON), featuresRecord(through(source, 0), 0), ...OUTAGE])
  return scorer
}

describe('a customer whose orders come from a silent source', () => {
  test('is held: no tick raises anything, however long the silence', async () => {
    const { run, alerts } = await heldScorer('till')
    await run([tickRecord(light), tickRecord(moderate + DAY_MS)])
    expect(await alerts()).toEqual([])
  })

  test.each([['web'], [undefined]])('only: through %s they are heard as ever', async (source) => {
    const { run, alerts } = await heldScorer(source)
    await run([tickRecord(light)])
    expect(await alerts()).toMatchObject([{ crossedAt: light }])
  })

  test('is released when they are silent still after as long again', async () => {
    const { run, alerts } = await heldScorer('till')
    const returned = light + DAY_MS
    const release = returned + (returned - SINCE)
    await run([tickRecord(returned), back(SINCE, returned), tickRecord(release - 1)])
    expect(await alerts()).toEqual([])
    await run([tickRecord(release + 5)])
    expect(await alerts()).toMatchObject([
      { tier: 'light', crossedAt: release, raisedAt: release + 5 },
    ])
  })

  test('who would be at risk later than that is at risk then, to the millisecond', async () => {
    const { run, alerts } = await heldScorer('till')
    await run([tickRecord(TOLD + 1), back(SINCE, TOLD + 1), tickRecord(moderate)])
    expect((await alerts()).map(({ crossedAt }) => crossedAt)).toEqual([light + 2, moderate])
  })

  test('who orders before the release is not silent', async () => {
    const { run, alerts } = await heldScorer('till')
    const returned = light + DAY_MS
    await run([tickRecord(returned), back(SINCE, returned)])
    await run([featuresRecord(through('till', 0, 31), 1), tickRecord(returned + 3 * DAY_MS)])
    expect(await alerts()).toEqual([])
  })

  test('who orders elsewhere is held no more', async () => {
    const { run, alerts } = await heldScorer('till')
    const features = through('web', 0, 29)
    const next = crossings(features.rhythm!, SETTINGS.model, SETTINGS.policy)
    await run([featuresRecord(features, 1), tickRecord(next.light)])
    expect(await alerts()).toMatchObject([{ crossedAt: next.light }])
  })

  test('is released at once when the source is gone for good', async () => {
    const { run, alerts } = await heldScorer('till')
    const month = light + 30 * DAY_MS
    await run([tickRecord(month), gone(SINCE, month), tickRecord(month + 5)])
    expect(await alerts()).toMatchObject([{ tier: 'light', crossedAt: month + 1 }])
  })

  test('loses no alert to a promotion meanwhile', async () => {
    const { run, alerts } = await heldScorer('till')
    const promotion = modelSignalRecord({
      ...{ version: 'b', at: light + HOUR_MS },
      model: SAME,
    })
    await run([tickRecord(light + HOUR_MS), promotion, tickRecord(light + DAY_MS)])
    await run([back(SINCE, light + DAY_MS), tickRecord(light + 3 * DAY_MS)])
    expect(await alerts()).toMatchObject([{ tier: 'light', model: { version: 'b' } }])
  })

  test('loses no alert to a promotion at the clock of the release, and gets none twice', async () => {
    const before = await heldScorer('till')
    const month = light + 30 * DAY_MS
    const promotion = modelSignalRecord({ version: 'b', at: month, model: SETTINGS.model })
    await before.run([tickRecord(month), promotion, gone(SINCE, month), tickRecord(month + 5)])
    expect(await before.alerts()).toMatchObject([{ tier: 'light', model: { version: 'b' } }])

    const behind = await heldScorer('till')
    const release = light + DAY_MS + (light + DAY_MS - SINCE)
    await behind.run([tickRecord(light + DAY_MS), back(SINCE, light + DAY_MS), tickRecord(release)])
    await behind.run([silent(release - 1, release), promotion, tickRecord(release + 5)])
    await behind.run([back(release - 1, release + 5), tickRecord(release + 20)])
    expect((await behind.alerts()).map(({ crossedAt }) => crossedAt)).toEqual([release])
  })

  test('loses none to a promotion at the clock at which the source is given up either', async () => {
    const promotion = modelSignalRecord({ version: 'b', at: NOON, model: SAME })
    const release = gone(SINCE, light + DAY_MS)
    for (const both of [
      [promotion, release],
      [release, promotion],
    ]) {
      const { run, alerts } = await heldScorer('till')
      await run([tickRecord(light + DAY_MS), ...both, tickRecord(light + 2 * DAY_MS)])
      expect(await alerts()).toMatchObject([{ tier: 'light', model: { version: 'b' } }])
    }
  })

  test('waits for the later release where the source falls silent again', async () => {
    const { run, alerts } = await heldScorer('till')
    const returned = light + 5 * DAY_MS
    const release = returned + (returned - SINCE)
    const [since, told] = [returned + HOUR_MS, returned + 2 * HOUR_MS]
    await run([tickRecord(returned), back(SINCE, returned), tickRecord(told), silent(since, told)])
    await run([tickRecord(told + HOUR_MS), back(since, told + HOUR_MS), tickRecord(release - 1)])
    expect(await alerts()).toEqual([])
    await run([tickRecord(release)])
    expect(await alerts()).toMatchObject([{ crossedAt: release }])
  })

  test('is told by the latest signal: a copy of an older one releases nobody', async () => {
    const { run, alerts } = await heldScorer('till')
    await run([back(SINCE - DAY_MS, TOLD - 1), ...OUTAGE, tickRecord(moderate)])
    expect(await alerts()).toEqual([])
  })
})

test('what a later version keeps of a partition is refused with a code', () => {
  expect(() => readScorerShared({ layout: 2 })).toThrow(HaltError)
  expect(() => readScorerShared({ layout: 2 })).toThrow(
    expect.objectContaining({ code: 'EBB_STATE_VERSION' }),
  )
})
