import { EVENTS } from '@ebb/contracts/topics'
import { readCustomer } from '@ebb/features/customer-reader'
import type { CustomerView } from '@ebb/features/customer-view'
import { FEATURES_PROCESSOR } from '@ebb/features/features-definition'
import { riskCurve } from '@ebb/risk/silence/risk-curve'
import { CodedError } from '@ebb/runtime/coded-error'
import { SCORER_PROCESSOR } from '@ebb/scorer/scorer-definition'
import type { ReadEngines } from '@ebb/streaming/engines'
import { partitionOf } from '@ebb/streaming/partitioner'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { customerKeys } from './customer-key.ts'
import { customerLines } from './customer-lines.ts'
import { withData } from './data-folder.ts'
import { daysBetween } from './shop-time.ts'
import { readSilence, type Silence } from './silence.ts'

interface CustomerOptions {
  readonly data: string
  readonly json?: true
}

const EXAMPLES = `
Examples:
  $ ebb customer 17850
  $ ebb customer u:17850 --json | jq .silence.tier
`

/** `ebb customer KEY`: all that is known of one customer, and the curve of the silence. */
export const customerCommand = (context: CliContext): Command =>
  new Command('customer')
    .description('show one customer: tier, when silence would cross the next, windows, last events')
    .argument('<key>', 'u: and the user id, a: and the anonymous id, or one of these ids')
    .option('--data <folder>', 'data folder', context.dataFolder)
    .option('--json', 'print one JSON object; instants in ISO 8601, money in minor units')
    .addHelpText('after', EXAMPLES)
    .action((key: string, options: CustomerOptions) => showCustomer(context, key, options))

const showCustomer = async (
  context: CliContext,
  given: string,
  { data, json }: CustomerOptions,
): Promise<void> => {
  const { customer, silence, shop } = await withData(context, data, async (engines, shop) => {
    const partitions = await engines.log.partitions(EVENTS)
    const customer = await findCustomer(engines, given, { ...shop, partitions })
    const partition = partitionOf(customer.customerId, partitions)
    const store = engines.store(SCORER_PROCESSOR)
    const { log } = engines
    const silence = store && (await readSilence({ store, log }, partition, customer.customerId))
    return { customer, silence, shop }
  })
  if (json) return context.print(JSON.stringify({ customer, silence: silenceView(silence) }))
  const look = { timeZone: shop.timeZone, columns: context.columns }
  for (const line of customerLines(customer, silence, look)) context.print(line)
}

const findCustomer = async (
  engines: ReadEngines,
  given: string,
  settings: { partitions: number; timeZone: string; currency: string },
): Promise<CustomerView> => {
  const store = engines.store(FEATURES_PROCESSOR)
  for (const key of store === undefined ? [] : customerKeys(given)) {
    const customer = await readCustomer({ store: store!, ...settings }, key)
    if (customer !== undefined) return customer
  }
  throw new CodedError('EBB_CUSTOMER_UNKNOWN', {
    what: 'Nothing was heard of this customer',
    where: given,
    fix: 'Give the user id or the anonymous id as the shop sends it; `ebb topics` shows whether events still wait to be read',
  })
}

const iso = (instant: number | null): string | null =>
  instant === null ? null : new Date(instant).toISOString()

const CURVE_SAMPLES = 101

/** The silence for programs; null where there is no valid order. */
const silenceView = (silence: Silence | undefined) => {
  if (silence === undefined) return null
  const { rhythm, now, stage, lifecycle, atRiskSince, risk, riskAtLastOrder, milestones } = silence
  const { scoring, heldSince } = silence
  const until = Math.max(now, milestones.at(-1)?.at ?? now)
  const { points } = riskCurve(rhythm, scoring, { until, samples: CURVE_SAMPLES })
  return {
    tier: (['healthy', 'light', 'moderate', 'heavy', 'heavy'] as const)[stage],
    isLost: stage === 4,
    lifecycle,
    asOf: iso(now),
    silentSince: iso(rhythm.lastAt),
    silentDays: daysBetween(rhythm.lastAt, now),
    atRiskSince: iso(atRiskSince),
    heldSince: iso(heldSince),
    ...{ risk, riskAtLastOrder, horizonDays: scoring.policy.horizonDays },
    milestones: milestones.map(({ at, ...milestone }) => ({
      ...milestone,
      at: iso(at),
      silentDays: at === null ? null : daysBetween(rhythm.lastAt, at),
    })),
    curve: points.map(({ at, risk }) => ({ at: iso(at), risk })),
  }
}
