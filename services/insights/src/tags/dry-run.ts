import { type TagRules, tagsOf } from '@ebb/customer/tag-rules'
import type { Queries } from '@ebb/postgres/transaction'
import { type HeardCustomer, knownCustomers, readTagged, tellingOf } from './tag-rows.ts'

/** What rules would do to one tag. */
export interface TagEffect {
  readonly tag: string
  /** Customers who would have it. */
  readonly has: number
  readonly gains: number
  readonly loses: number
  /** Some of them, by key. */
  readonly gaining: readonly string[]
  readonly losing: readonly string[]
  /** Of how many it cannot be told, and why the first time. */
  readonly untold: number
  readonly why?: string
}

/** What rules would do to all customers. */
export interface DryRun {
  readonly customers: number
  /** Those of whom features and insights do not say the same yet: their tags stay. */
  readonly waiting: number
  /** By tag, in the order of the alphabet; those that no rule gives any more among them. */
  readonly effects: readonly TagEffect[]
}

/** What a dry run works with. */
export interface DryRunSettings {
  readonly queries: Queries
  readonly rules: TagRules
  /** ISO 4217. */
  readonly currency: string
  readonly hear: (keys: readonly string[]) => Promise<ReadonlyMap<string, HeardCustomer>>
  readonly signal: AbortSignal
}

const BATCH = 500
const MOST_EXAMPLES = 3

/**
 * Tells the tags of all customers by rules that are not in force, beside those that they have;
 * changes nothing. `undefined` where it was interrupted.
 */
export const dryRun = async (settings: DryRunSettings): Promise<DryRun | undefined> => {
  const { queries, rules, currency, hear, signal } = settings
  const tally = tallyOf(rules.rules.map(({ tag }) => tag))
  let customers = 0
  let waiting = 0
  for (let after = ''; ; ) {
    if (signal.aborted) return undefined
    const rows = await readTagged(queries, { after, limit: BATCH, where: 'true', values: [] })
    const last = rows.at(-1)
    if (last === undefined) return { customers, waiting, effects: tally.effects() }
    after = last.customerId
    const heard = await hear(rows.map(({ customerId }) => customerId))
    const known = await knownCustomers(queries, rows, heard)
    customers += rows.length
    waiting += rows.length - known.length
    for (const each of known) {
      const { facts, at } = tellingOf(each, currency)
      tally.add(each.row, tagsOf(rules, facts, at))
    }
  }
}

type Counting = { -readonly [field in keyof TagEffect]: TagEffect[field] } & {
  gaining: string[]
  losing: string[]
}

const tallyOf = (tags: readonly string[]) => {
  const counted = new Map<string, Counting>()
  const of = (tag: string): Counting => {
    const known = counted.get(tag)
    if (known !== undefined) return known
    const none = { tag, has: 0, gains: 0, loses: 0, gaining: [], losing: [], untold: 0 }
    counted.set(tag, none)
    return none
  }
  for (const tag of tags) of(tag)
  return {
    add: (
      {
        customerId,
        tags: before,
      }: { readonly customerId: string; readonly tags: readonly string[] },
      { tags: after, faults }: ReturnType<typeof tagsOf>,
    ): void => {
      for (const tag of after) {
        const effect = of(tag)
        effect.has += 1
        if (before.includes(tag)) continue
        effect.gains += 1
        if (effect.gaining.length < MOST_EXAMPLES) effect.gaining.push(customerId)
      }
      for (const tag of before) {
        if (after.includes(tag)) continue
        const effect = of(tag)
        effect.loses += 1
        if (effect.losing.length < MOST_EXAMPLES) effect.losing.push(customerId)
      }
      for (const [tag, why] of faults) {
        const effect = of(tag)
        effect.untold += 1
        effect.why ??= why
      }
    },
    effects: (): readonly TagEffect[] =>
      [...counted.values()].sort((left, right) => (left.tag < right.tag ? -1 : 1)),
  }
}
