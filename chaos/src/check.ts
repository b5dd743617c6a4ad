import { windows } from '@ebb/customer/windows'
import { type CustomerCount, countCustomers, type Ledger } from './ledger.ts'
import { alertsOf, customersOf, type Outcome, publishedTexts } from './outcome.ts'
import type { TopicRecords } from './pipeline-view.ts'
import { SHOP } from './shop.ts'

/** A promise was broken: something was lost, doubled, or made up. */
export class BrokenPromise extends Error {}

/** Throws `BrokenPromise` unless it holds. */
export function mustHold(holds: boolean, broken: string): asserts holds {
  if (!holds) throw new BrokenPromise(`broken promise: ${broken}`)
}

/** What a comparison of the ledger with the log came to. */
export interface LedgerCheck {
  readonly sent: number
  readonly acknowledged: number
  /** Records of the log that hold an event which stands before them. */
  readonly copiesInLog: number
  /** In the log, though no answer ever said so. */
  readonly unacknowledgedInLog: number
}

/** Every acknowledged event is in the log, and the log holds nothing that was not sent. */
export const checkLedger = (ledger: Ledger, events: TopicRecords): LedgerCheck => {
  const entries = ledger.entries()
  const ids = idsIn(events)
  const inLog = new Set(ids)
  const lost = [...entries].filter(([id, { acknowledged }]) => acknowledged > 0 && !inLog.has(id))
  mustHold(lost.length === 0, `${lost.length} acknowledged events are not in the log${some(lost)}`)
  const strange = [...inLog].filter((id) => !entries.has(id))
  mustHold(
    strange.length === 0,
    `the log holds ${strange.length} events nobody sent${some(strange)}`,
  )
  const unacknowledged = [...inLog].filter((id) => entries.get(id)!.acknowledged === 0)
  return {
    sent: entries.size,
    acknowledged: ledger.acknowledgedCount(),
    copiesInLog: ids.length - inLog.size,
    unacknowledgedInLog: unacknowledged.length,
  }
}

const idsIn = (events: TopicRecords): string[] =>
  events
    .flat()
    .filter(({ key }) => !key.startsWith('~'))
    .map(({ headers }) => headers['ce_id']!)

/**
 * Orders, revenue and product views of each customer, as the states tell them, are those of the
 * distinct events in the log, as the ledger knows them.
 */
export const checkCounts = (ledger: Ledger, events: TopicRecords, outcome: Outcome): void => {
  const entries = ledger.entries()
  const counts = countCustomers([...new Set(idsIn(events))].map((id) => entries.get(id)!))
  const customers = customersOf(outcome)
  mustHold(
    customers.length === counts.size,
    `states of ${customers.length} customers, events of ${counts.size}`,
  )
  for (const [key, state] of customers) {
    const { orders, grossMinor, productViews } = windows(
      state,
      outcome.clock,
      SHOP.timeZone,
    ).lifetime
    const counted = JSON.stringify({
      orders,
      gross: grossMinor,
      productViews,
    } satisfies CustomerCount)
    const expected = JSON.stringify(counts.get(key))
    mustHold(counted === expected, `${key} is counted as ${counted}, the ledger has ${expected}`)
  }
}

/** How often outputs were published more than once. */
export interface RunCheck {
  readonly featuresAgain: number
  readonly ordersAgain: number
  readonly alertsAgain: number
}

/**
 * States equal byte for byte those of the fault-free run over the same log; each record that was
 * published is one of that run, with its very bytes, and none is missing; so are alerts.
 */
export const checkRun = (actual: Outcome, expected: Outcome): RunCheck => {
  checkStates('features', actual.featuresStates, expected.featuresStates)
  checkStates('scorer', actual.scorerStates, expected.scorerStates)
  checkAlerts(actual, expected)
  return {
    featuresAgain: checkPublished('features', actual.features, expected.features),
    ordersAgain: checkPublished('orders', actual.orders, expected.orders),
    alertsAgain: alertsOf(actual).length - alertsOf(expected).length,
  }
}

const checkStates = (
  of: string,
  actual: ReadonlyMap<string, Uint8Array>,
  expected: ReadonlyMap<string, Uint8Array>,
): void => {
  const keys = [...new Set([...actual.keys(), ...expected.keys()])]
  const differing = keys.filter((key) => !isSame(actual.get(key), expected.get(key)))
  const which = `${differing.length} of ${expected.size} ${of} states`
  mustHold(differing.length === 0, `${which} are not those of a fault-free run${some(differing)}`)
}

const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0

const checkPublished = (of: string, actual: TopicRecords, expected: TopicRecords): number => {
  const published = publishedTexts(actual)
  const implied = publishedTexts(expected)
  const madeUp = [...published].filter(
    ([name, texts]) => texts.size > 1 || ![...texts].every((text) => implied.get(name)?.has(text)),
  )
  const names = some(madeUp.map(([name]) => name))
  mustHold(madeUp.length === 0, `${madeUp.length} ${of} records are not implied by the log${names}`)
  const missing = [...implied.keys()].filter((name) => !published.has(name))
  mustHold(missing.length === 0, `${missing.length} ${of} records are missing${some(missing)}`)
  return actual.flat().length - published.size
}

const checkAlerts = (actual: Outcome, expected: Outcome): void => {
  for (const [what, textOf] of ALERT_TEXTS) {
    const raised = new Set(alertsOf(actual).map(textOf))
    const implied = new Set(alertsOf(expected).map(textOf))
    const more = [...raised].filter((text) => !implied.has(text))
    const fewer = [...implied].filter((text) => !raised.has(text))
    mustHold(more.length === 0, `${more.length} ${what} that no fault-free run raises${some(more)}`)
    mustHold(fewer.length === 0, `${fewer.length} ${what} were never raised${some(fewer)}`)
  }
}

type AlertText = (alert: ReturnType<typeof alertsOf>[number]) => string

const ALERT_TEXTS: readonly (readonly [string, AlertText])[] = [
  ['alerts', ({ alertId, kind, tier }) => `${alertId} ${kind} ${tier}`],
  ['wordings of alerts', (alert) => JSON.stringify(alert)],
]

const some = (all: readonly unknown[]): string =>
  all.length === 0 ? '' : `, such as ${JSON.stringify(all.slice(0, 3)).slice(0, 1_000)}`
