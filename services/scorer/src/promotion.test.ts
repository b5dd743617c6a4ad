import type { FeaturesRecord } from '@ebb/contracts/features-record'
import type { ModelSignal } from '@ebb/contracts/model-signal'
import { modelSignalRecord } from '@ebb/contracts/model-signal'
import type { SourceSignal } from '@ebb/contracts/source-signal'
import { tickRecord } from '@ebb/contracts/tick'
import type { RiskAlert } from '@ebb/risk/silence/alert'
import { dueAt, fireDue, onRhythm } from '@ebb/risk/silence/episode'
import { lightWithVisits } from '@ebb/risk/silence/light-with-visits'
import { heldUntil, retiered } from '@ebb/risk/silence/retier'
import type { RiskState } from '@ebb/risk/silence/risk-state'
import { crossings } from '@ebb/risk/silence/tiers'
import type { NewRecord } from '@ebb/streaming/event-log'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ScorerSettings } from './scorer-definition.ts'
import { DAY_MS, featuresOf, featuresRecord, NOON, rhythmOf, SETTINGS } from './scorer-fixture.ts'
import { anySteps, type Said, scorerInMemory, scriptOf } from './signals-fixture.ts'

/** What an alert says of an episode, and by which version. */
const told = (alert: RiskAlert, version: string) => {
  const { alertId, kind, tier, previousTier, crossedAt, raisedAt, risk, signal } = alert
  const which = { alertId, kind, tier, previousTier, signal, version }
  return JSON.stringify({ ...which, crossedAt, raisedAt, risk })
}

interface Customer {
  readonly risk: RiskState
  readonly source: string | undefined
}

/** The same rules, as one would do them with all customers at hand: at the record, for everybody. */
const eagerly = (script: readonly Said[]): string[] => {
  const customers = new Map<string, Customer>()
  const holds = new Map<string, { from: number; since: number; until: number; least: number }>()
  let scoring: ScorerSettings = { ...SETTINGS }
  let last = { at: -1, version: '' }
  let clock = 0
  const alerts: string[] = []
  const tell = (all: readonly RiskAlert[]) =>
    alerts.push(...all.map((alert) => told(alert, scoring.modelVersion)))
  const holdOf = ({ source }: Customer) => holds.get(source ?? '')
  const on = {
    features: ({ customerId, rhythm, visits }: ReturnType<typeof featuresOf>) => {
      const before = customers.get(customerId)
      if (before === undefined && rhythm === undefined) return
      const context = { ...scoring, customerId, clock, ...(visits && { visits }) }
      const { state: risk, alerts } = onRhythm(before?.risk, rhythm ?? null, context)
      tell(alerts)
      customers.set(customerId, { risk, source: rhythm?.source })
    },
    model: ({ at, version, model, visits: visitPrior }: ModelSignal) => {
      if (at <= last.at) return
      last = { at, version }
      scoring = { ...SETTINGS, model, visitPrior, modelVersion: version }
      for (const [key, customer] of customers) {
        const hold = holdOf(customer)
        const passedUntil = hold !== undefined && hold.until > clock ? hold.from : clock
        const risk = retiered(customer.risk, { ...scoring, passedUntil })
        customers.set(key, { ...customer, risk })
      }
    },
    source: ({ source, kind, at, since }: SourceSignal) => {
      const hold = holds.get(source)
      const isWaiting = hold !== undefined && hold.until > clock
      if (kind === 'silent') {
        const from = isWaiting ? hold.from : clock
        const least = isWaiting && hold.until < Number.POSITIVE_INFINITY ? hold.until : 0
        if (hold?.until !== Number.POSITIVE_INFINITY)
          holds.set(source, { from, since, until: Number.POSITIVE_INFINITY, least })
      } else if (hold?.until === Number.POSITIVE_INFINITY) {
        const asLongAgain = kind === 'gone' ? clock : at + (at - since)
        holds.set(source, { ...hold, until: Math.max(clock + 1, asLongAgain, hold.least) })
      }
    },
    tick: (at: number) => {
      if (at <= clock) return
      clock = at
      for (const [key, customer] of customers) {
        const until = holdOf(customer)?.until ?? 0
        if (until > clock) continue
        const released = heldUntil(customer.risk, until)
        if ((dueAt(released) ?? Number.POSITIVE_INFINITY) > clock) continue
        const fired = fireDue(released, { ...scoring, customerId: key, clock })
        tell(fired.alerts)
        customers.set(key, { ...customer, risk: fired.state })
      }
    },
  }
  for (const said of script) {
    if (said.kind === 'features') on.features(said.features)
    else if (said.kind === 'model') on.model(said.signal)
    else if (said.kind === 'source') on.source(said.signal)
    else on.tick(said.at)
  }
  return alerts.sort()
}

const RUNS = { numRuns: 200 }

describe('promotions and silent sources', () => {
  test('raise what would be raised if all customers were re-tiered at the record itself', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const script = scriptOf(steps)
        const scorer = scorerInMemory()
        await scorer.run(script.map(({ record }) => record))
        const alerts = (await scorer.alerts()).map((alert) => told(alert, alert.model.version))
        expect(alerts.sort()).toEqual(eagerly(script))
      }),
      RUNS,
    )
  })

  test('leave the same states and alerts in one process as in many that are killed', async () => {
    const cuts = fc.array(fc.constantFrom('on', 'on', 'stop', 'die'), { minLength: 60 })
    await fc.assert(
      fc.asyncProperty(anySteps, cuts, async (steps, fates) => {
        const records = scriptOf(steps).map(({ record }) => record)
        const [whole, parts] = [scorerInMemory(), scorerInMemory()]
        await whole.run(records)
        let begun = 0
        for (const [i, fate] of fates.slice(0, records.length).entries())
          if (fate !== 'on' || i === records.length - 1) {
            await parts.run(records.slice(begun, i + 1), fate === 'die')
            begun = i + 1
          }
        expect(await parts.states()).toEqual(await whole.states())
        expect(await parts.alerts()).toEqual(await whole.alerts())
      }),
      RUNS,
    )
  })
})

/** Customers order more often, so silence is worth an alert sooner. */
const HASTY: ModelSignal['model'] = {
  ...{ kind: 'mbg-nbd', parameters: { r: 6, alpha: 2, a: 0.9, b: 1.6 } },
}
const soon = crossings(rhythmOf(0), HASTY, SETTINGS.policy)
const shipped = crossings(rhythmOf(0), SETTINGS.model, SETTINGS.policy)
const promotion = (version: string, at: number, model: ModelSignal['model'] = HASTY) =>
  modelSignalRecord({ version, at, model })

describe('a promoted model', () => {
  test('moves the timers of customers that nobody hears of, and is named in their alerts', async () => {
    const { run, alerts } = scorerInMemory()
    await run([tickRecord(NOON), featuresRecord(featuresOf(), 0)])
    await run([promotion('hasty', NOON), tickRecord(soon.light - 1)])
    expect(await alerts()).toEqual([])
    await run([tickRecord(soon.light)])
    expect(await alerts()).toMatchObject([
      { tier: 'light', crossedAt: soon.light, model: { kind: 'mbg-nbd', version: 'hasty' } },
    ])
  })

  test('says nothing of what was crossed before, and all of what is crossed behind it', async () => {
    const { run, alerts } = scorerInMemory()
    await run([tickRecord(NOON), featuresRecord(featuresOf(), 0), tickRecord(soon.moderate)])
    await run([promotion('hasty', NOON), tickRecord(soon.moderate + 1), tickRecord(soon.heavy)])
    expect((await alerts()).map(({ tier, previousTier }) => [previousTier, tier])).toEqual([
      ['moderate', 'heavy'],
    ])
  })

  test('gives way to a later decision only, whatever the order of the records', async () => {
    const { run, alerts } = scorerInMemory()
    await run([tickRecord(NOON), featuresRecord(featuresOf(), 0)])
    const newest = promotion('b', NOON + 5, SETTINGS.model)
    await run([promotion('a', NOON + 4), newest, promotion('a', NOON + 5), promotion('c', NOON)])
    await run([newest, tickRecord(soon.heavy), tickRecord(shipped.light)])
    expect((await alerts()).map(({ model }) => model.version)).toEqual(['b'])
  })

  test('that cannot be read is refused, and what was in force stays', async () => {
    const { run, alerts } = scorerInMemory()
    const torn = { ...promotion('torn', NOON + 9), value: Buffer.from('{"version":"torn"}') }
    await run([tickRecord(NOON), featuresRecord(featuresOf(), 0), promotion('hasty', NOON), torn])
    await run([tickRecord(soon.light + DAY_MS)])
    expect((await alerts()).map(({ model }) => model.version)).toEqual(['hasty'])
  })
})

describe('a promoted model that knows visits', () => {
  const VISITS = { shape: 2, rate: 16 }
  const DAILY = { repeatDays: 30, firstAt: NOON - 30 * DAY_MS, lastAt: NOON }
  const knowing = modelSignalRecord({
    version: 'v',
    at: NOON,
    model: SETTINGS.model,
    visits: VISITS,
  })
  const lightOf = (visits: NonNullable<FeaturesRecord['visits']>) =>
    lightWithVisits({ rhythm: rhythmOf(0), visits }, { ...SETTINGS, visitPrior: VISITS })
  const seenUntil = (lastAt: number) => featuresOf({ visits: { ...DAILY, lastAt } })

  test('tells earlier of who came daily and comes no more, and says that visits told', async () => {
    const { run, alerts } = scorerInMemory()
    const light = lightOf(DAILY)
    expect(light).toBeLessThan(shipped.light - DAY_MS)
    await run([tickRecord(NOON), featuresRecord(seenUntil(NOON), 0), knowing])
    await run([tickRecord(light - 1)])
    expect(await alerts()).toEqual([])
    await run([tickRecord(light), tickRecord(shipped.moderate)])
    expect(await alerts()).toMatchObject([
      { tier: 'light', crossedAt: light, signal: 'visits' },
      { tier: 'moderate', crossedAt: shipped.moderate },
    ])
    const [first, second] = await alerts()
    expect(first!.risk).toBeLessThan(second!.risk)
    expect(second).not.toHaveProperty('signal')
  })

  test('puts it off with each visit, up to where the orders have it', async () => {
    const { run, alerts } = scorerInMemory()
    const light = lightOf(DAILY)
    await run([tickRecord(NOON), featuresRecord(seenUntil(NOON), 0), knowing])
    for (let at = light - DAY_MS, n = 1; at < shipped.light; at += DAY_MS, n++)
      await run([tickRecord(at), featuresRecord(seenUntil(at), n)])
    await run([tickRecord(shipped.light - 1)])
    expect(await alerts()).toEqual([])
    await run([tickRecord(shipped.light)])
    expect(await alerts()).toMatchObject([{ tier: 'light', crossedAt: shipped.light }])
    expect((await alerts())[0]).not.toHaveProperty('signal')
  })

  test('passes silently what visits have begun before it; who comes again is before light', async () => {
    const { run, alerts } = scorerInMemory()
    const light = lightOf(DAILY)
    await run([tickRecord(NOON), featuresRecord(seenUntil(NOON), 0), tickRecord(light), knowing])
    await run([tickRecord(light + DAY_MS)])
    expect(await alerts()).toEqual([])
    const again = { ...DAILY, lastAt: light + DAY_MS }
    await run([featuresRecord(featuresOf({ visits: again }), 1), tickRecord(shipped.light)])
    expect(await alerts()).toMatchObject([{ tier: 'light', crossedAt: lightOf(again) }])
  })

  test('gives way to one that knows none: timers go back to where the orders have them', async () => {
    const { run, alerts } = scorerInMemory()
    await run([tickRecord(NOON), featuresRecord(seenUntil(NOON), 0), knowing])
    await run([promotion('back', NOON + 1, SETTINGS.model), tickRecord(shipped.light - 1)])
    expect(await alerts()).toEqual([])
    await run([tickRecord(shipped.light)])
    expect(await alerts()).toMatchObject([{ tier: 'light', crossedAt: shipped.light }])
  })
})

test('without a model that knows visits, they change no alert', async () => {
  const ofOrders = fc
    .sample(anySteps, 100)
    .map((steps) =>
      scriptOf(steps).map((said) =>
        said.kind === 'model' ? modelSignalRecord(ofOrdersAlone(said.signal)) : said.record,
      ),
    )
  for (const records of ofOrders) {
    const [seen, unseen] = [scorerInMemory(), scorerInMemory()]
    await seen.run(records)
    await unseen.run(records.map(withoutVisits))
    expect(await seen.alerts()).toEqual(await unseen.alerts())
  }
})

const ofOrdersAlone = ({ visits: _, ...signal }: ModelSignal): ModelSignal => signal

const withoutVisits = (record: NewRecord): NewRecord => {
  if (record.key.startsWith('~')) return record
  const { visits: _, ...rest } = JSON.parse(Buffer.from(record.value).toString('utf8'))
  return { ...record, value: Buffer.from(JSON.stringify(rest)) }
}
