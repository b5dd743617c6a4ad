import { DAY_MS } from './calendar.ts'
import { LIFECYCLES, type Lifecycle } from './lifecycle.ts'
import { WINDOW_TOTALS, type WindowTotals } from './windows.ts'

/** What a tag is told from. Instants in ms, money in minor units. */
export interface TagFacts {
  readonly windows: Readonly<Record<TagWindow, WindowTotals>>
  /** Null where there is no valid order. */
  readonly rhythm: {
    readonly repeatDays: number
    readonly firstAt: number
    readonly lastAt: number
  } | null
  /** Absent where there is no valid order. */
  readonly lifecycle?: Lifecycle
  readonly tier?: TagTier
  readonly consent: { readonly analytics?: boolean; readonly marketing?: boolean }
  /** The greatest of each kind, the first in front. */
  readonly tastes: Readonly<Record<keyof typeof FAVOURITES, readonly { readonly name: string }[]>>
  /** What the shop said of the customer, by name. */
  readonly attributes: Readonly<Record<string, unknown>>
}

const WINDOWS = ['d1', 'd7', 'd30', 'd90', 'lifetime'] as const
type TagWindow = (typeof WINDOWS)[number]

const TIERS = ['healthy', 'light', 'moderate', 'heavy', 'lost'] as const
type TagTier = (typeof TIERS)[number]

/** Who never ordered has no lifecycle and no tier. */
const NONE = 'none'

const FAVOURITES = {
  categories: 'category',
  brands: 'brand',
  channels: 'channel',
  devices: 'device',
} as const

/** What money is called in rules, where it stands in whole units. */
const MONEY = {
  netMinor: 'revenue',
  grossMinor: 'grossRevenue',
  discountMinor: 'discount',
  refundedMinor: 'refunded',
} as const satisfies Partial<Record<keyof WindowTotals, string>>

/** How a field is typed for CEL: one value, or one for each name below it. */
export type FieldType = 'int' | 'double' | 'string' | 'bool' | 'map<string, dyn>'

/** A field that rules may name. */
export interface TagField {
  readonly name: string
  readonly type: FieldType
  /** Names below it, each with the type; absent where it is one value. */
  readonly parts?: readonly string[]
  /** What it says, as docs/customers.md has it. */
  readonly what: string
}

const counters = WINDOW_TOTALS.filter((total) => !(total in MONEY))

/** Every field that rules may name. */
export const TAG_FIELDS: readonly TagField[] = [
  ...counters.map(
    (name): TagField => ({ name, type: 'int', parts: WINDOWS, what: 'counted in the window' }),
  ),
  ...Object.values(MONEY).map(
    (name): TagField => ({
      ...{ name, type: 'double', parts: WINDOWS },
      what: 'money in the window, in whole units of the shop’s currency',
    }),
  ),
  { name: 'orderDays', type: 'int', what: 'days with a valid order' },
  {
    ...{ name: 'daysSinceOrder', type: 'double' },
    what: 'days since the last valid order; infinite where there is none',
  },
  {
    ...{ name: 'daysSinceFirstOrder', type: 'double' },
    what: 'days since the first valid order; infinite where there is none',
  },
  { name: 'lifecycle', type: 'string', what: [NONE, ...LIFECYCLES].join(', ') },
  { name: 'tier', type: 'string', what: [NONE, ...TIERS].join(', ') },
  {
    ...{ name: 'consent', type: 'bool', parts: ['analytics', 'marketing'] },
    what: 'true only where it was given',
  },
  {
    ...{ name: 'favourite', type: 'string', parts: Object.values(FAVOURITES) },
    what: 'the greatest taste of the kind; empty where none is known',
  },
  {
    ...{ name: 'profile', type: 'map<string, dyn>' },
    what: 'attributes by name; of one that may be missing ask has(profile.plan) first',
  },
]

/** Where and when facts become fields. */
export interface TagMoment {
  /** Process clock, ms. */
  readonly now: number
  /** Minor units in a whole one of the shop's currency. */
  readonly minorUnits: number
}

/** The values of all fields, as CEL takes them: whole numbers as bigint. */
export const tagValues = (
  facts: TagFacts,
  { now, minorUnits }: TagMoment,
): Readonly<Record<string, unknown>> => {
  const { windows, rhythm, lifecycle = NONE, tier = NONE, consent, tastes, attributes } = facts
  const values: Record<string, unknown> = {
    orderDays: BigInt(rhythm === null ? 0 : rhythm.repeatDays + 1),
    daysSinceOrder: daysSince(rhythm?.lastAt, now),
    daysSinceFirstOrder: daysSince(rhythm?.firstAt, now),
    ...{ lifecycle, tier },
    consent: { analytics: consent.analytics === true, marketing: consent.marketing === true },
    favourite: Object.fromEntries(
      Object.entries(FAVOURITES).map(([kind, name]) => [
        name,
        tastes[kind as keyof typeof FAVOURITES][0]?.name ?? '',
      ]),
    ),
    profile: new Map(Object.entries(attributes)),
  }
  for (const total of counters) values[total] = byWindow((window) => BigInt(windows[window][total]))
  for (const [total, name] of Object.entries(MONEY))
    values[name] = byWindow((window) => windows[window][total as keyof typeof MONEY] / minorUnits)
  return values
}

const byWindow = <T>(read: (window: TagWindow) => T): Record<TagWindow, T> => {
  const [d1, d7, d30, d90, lifetime] = WINDOWS
  return {
    d1: read(d1),
    d7: read(d7),
    d30: read(d30),
    d90: read(d90),
    lifetime: read(lifetime),
  }
}

const daysSince = (instant: number | undefined, now: number): number =>
  instant === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - instant) / DAY_MS
