import { eventIdHash } from './event-id-hash.ts'

/**
 * How visitors come. Packed states refer to positions in this list, so it may only grow at its end,
 * to at most 16.
 */
export const CHANNELS = [
  'direct',
  'organic search',
  'paid search',
  'organic social',
  'paid social',
  'email',
  'sms',
  'push',
  'affiliate',
  'display',
  'referral',
  'other',
] as const

export type Channel = (typeof CHANNELS)[number]

/** With what visitors come; as `CHANNELS`, to at most 8. */
export const DEVICES = ['desktop', 'mobile', 'tablet', 'app', 'other'] as const

export type Device = (typeof DEVICES)[number]

/** What customers have tastes in. */
export const TASTE_KINDS = ['categories', 'brands', 'channels', 'devices'] as const

export type TasteKind = (typeof TASTE_KINDS)[number]

/** Of categories, and of brands. Names in one bucket are one taste. */
const BUCKETS = 64

/** Codes of a tally from here on are tastes; those below are counters. */
export const FIRST_TASTE = 32

/**
 * The first code of each kind, the commonest first: small numbers are packed small. What is packed
 * refers to these.
 */
const FIRST_CODES = {
  channels: FIRST_TASTE,
  devices: FIRST_TASTE + 16,
  categories: FIRST_TASTE + 24,
  brands: FIRST_TASTE + 24 + BUCKETS,
} as const

/** The codes of categories: from the first to the last, both included. */
export const CATEGORY_CODES = {
  first: FIRST_CODES.categories,
  last: FIRST_CODES.categories + BUCKETS - 1,
} as const

/** Bounds the memory of buckets by name: a shop has fewer categories and brands. */
const KNOWN_NAMES = 10_000

const bucketByName = new Map<string, number>()

/** The code of a category or a brand: its kind, and the bucket that its hash selects. */
export function namedCode(kind: 'categories' | 'brands', name: string): number {
  let bucket = bucketByName.get(name)
  if (bucket === undefined) {
    bucket = eventIdHash(name) % BUCKETS
    if (bucketByName.size >= KNOWN_NAMES) bucketByName.clear()
    bucketByName.set(name, bucket)
  }
  return FIRST_CODES[kind] + bucket
}

/** The code of a channel. */
export const channelCode = (channel: Channel): number =>
  FIRST_CODES.channels + CHANNELS.indexOf(channel)

/** The code of a device. */
export const deviceCode = (device: Device): number => FIRST_CODES.devices + DEVICES.indexOf(device)

/** The kind of a code; `undefined` for a counter. */
export function kindOfCode(code: number): TasteKind | undefined {
  if (code < FIRST_TASTE) return undefined
  if (code < FIRST_CODES.devices) return 'channels'
  if (code < FIRST_CODES.categories) return 'devices'
  return code < FIRST_CODES.brands ? 'categories' : 'brands'
}

/** The name of a channel or a device; `undefined` for a bucket, whose name the state knows. */
export function fixedName(code: number): Channel | Device | undefined {
  const kind = kindOfCode(code)
  if (kind === 'channels') return CHANNELS[code - FIRST_CODES.channels]
  return kind === 'devices' ? DEVICES[code - FIRST_CODES.devices] : undefined
}
