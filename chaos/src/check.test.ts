import type { LogRecord } from '@ebb/streaming/event-log'
import { beforeAll, expect, test } from 'vitest'
import { checkCounts, checkLedger, checkRun } from './check.ts'
import { alertsOf, type Outcome } from './outcome.ts'
import type { TopicRecords } from './pipeline-view.ts'
import { type GoodRun, goodRun } from './run-fixture.ts'

let run: GoodRun
beforeAll(async () => {
  run = await goodRun()
})

/** The first partition of a topic, changed. */
const changed = (topic: TopicRecords, change: (records: LogRecord[]) => LogRecord[]) => [
  change([...topic[0]!]),
]

const spoilt = (over: Partial<Outcome>) => () => checkRun({ ...run.outcome, ...over }, run.outcome)

test('a run in which all went well keeps every promise', () => {
  const { ledger, events, outcome } = run
  expect(checkLedger(ledger, events)).toMatchObject({ acknowledged: ledger.acknowledgedCount() })
  expect(checkLedger(ledger, events).copiesInLog).toBeGreaterThan(0)
  checkCounts(ledger, events, outcome)
  expect(checkRun(outcome, outcome)).toEqual({ featuresAgain: 0, ordersAgain: 0, alertsAgain: 0 })
  const kinds = new Set(alertsOf(outcome).map(({ kind }) => kind))
  expect([...kinds]).toEqual(expect.arrayContaining(['at_risk', 'recovered']))
})

test('an acknowledged event that is not in the log is lost', () => {
  const last = run.events[0]!.at(-1)!
  const without = changed(run.events, (all) => all.filter(({ key }) => key !== last.key))
  expect(() => checkLedger(run.ledger, without)).toThrow(/acknowledged events are not in the log/)
})

test('an event that nobody sent is noticed', () => {
  const strange = { ...run.events[0]![0]!, headers: { ce_id: 'unheard-of' } }
  const more = changed(run.events, (all) => [...all, strange])
  expect(() => checkLedger(run.ledger, more)).toThrow(/1 events nobody sent.*unheard-of/)
})

test('an event that counts twice, or not at all, is noticed', () => {
  const { ledger, events, outcome } = run
  const isOrder = ({ value }: LogRecord) => Buffer.from(value).includes('Order Completed')
  const order = events[0]!.findLast(isOrder)!
  const fewer = changed(events, (all) => all.filter((record) => record !== order))
  expect(() => checkCounts(ledger, fewer, outcome)).toThrow(/is counted as/)
  const [first, second] = [...outcome.featuresStates.keys()]
  const swapped = new Map(outcome.featuresStates)
  swapped.set(first!, outcome.featuresStates.get(second!)!)
  const states = { ...outcome, featuresStates: swapped }
  expect(() => checkCounts(ledger, events, states)).toThrow(`${first} is counted as`)
})

test.each(['featuresStates', 'scorerStates'] as const)(
  'one other byte in %s is noticed',
  (name) => {
    const states = new Map(run.outcome[name])
    const [key, bytes] = [...states][0]!
    states.set(key, Buffer.from(bytes).fill(bytes.at(-1)! ^ 1, bytes.length - 1))
    expect(spoilt({ [name]: states })).toThrow(/1 of \d+ (features|scorer) states are not those/)
  },
)

test('a state that is missing is noticed', () => {
  const states = new Map([...run.outcome.scorerStates].slice(1))
  expect(spoilt({ scorerStates: states })).toThrow(/1 of \d+ scorer states/)
})

test.each(['features', 'orders'] as const)('%s published again say the same', (name) => {
  const again = changed(run.outcome[name], (all) => [...all, ...all.slice(0, 7)])
  expect(spoilt({ [name]: again })()).toMatchObject({ [`${name}Again`]: 7 })
})

test.each(['features', 'orders'] as const)('%s that the log does not imply are noticed', (name) => {
  const other = { ...run.outcome[name][0]![1]!, value: Buffer.from('{}') }
  const twoTexts = changed(run.outcome[name], (all) => [...all, other])
  expect(spoilt({ [name]: twoTexts })).toThrow(`1 ${name} records are not implied by the log`)
  const version = { ...other.headers, version: '0.9999.0' }
  const newVersion = changed(run.outcome[name], (all) => [...all, { ...other, headers: version }])
  expect(spoilt({ [name]: newVersion })).toThrow(`1 ${name} records are not implied by the log`)
})

test.each(['features', 'orders'] as const)('%s that were never published are noticed', (name) => {
  const fewer = changed(run.outcome[name], (all) => all.slice(1))
  expect(spoilt({ [name]: fewer })).toThrow(`1 ${name} records are missing`)
})

test('an alert too many, one too few, and one in other words are noticed', () => {
  const { alerts } = run.outcome
  const reworded = ({ value, ...alert }: LogRecord, change: object) => ({
    ...alert,
    value: Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(value).toString()), ...change })),
  })
  const first = alerts[0]![0]!
  const more = changed(alerts, (all) => [...all, reworded(first, { tier: 'healthy' })])
  expect(spoilt({ alerts: more })).toThrow(/1 alerts that no fault-free run raises/)
  const fewer = changed(alerts, (all) => all.slice(1))
  expect(spoilt({ alerts: fewer })).toThrow(/1 alerts were never raised/)
  const other = changed(alerts, (all) => [reworded(first, { raisedAt: 1 }), ...all.slice(1)])
  expect(spoilt({ alerts: other })).toThrow(/1 wordings of alerts that no fault-free run raises/)
})
