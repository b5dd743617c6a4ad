import { eventIdHash } from './event-id-hash.ts'

/**
 * How visitors come. Packed states refer to positions in this list, so it may only grow at its end,
 * to at most 64.
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

/** With what visitors come; as `CHANNELS`. */
export const DEVICES = ['desktop', 'mobile', 'tablet', 'app', 'other'] as const

export type Device = (typeof DEVICES)[number]

/** What customers have tastes in. The position is the high part of a taste code. */
export const TASTE_KINDS = ['categories', 'brands', 'channels', 'devices'] as const

export type TasteKind = (typeof TASTE_KINDS)[number]

/** Of each kind. Names in one bucket are one taste. */
const BUCKETS = 64

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
  return (kind === 'categories' ? 0 : BUCKETS) + bucket
}

/** The code of a channel. */
export const channelCode = (channel: Channel): number =>
  TASTE_KINDS.indexOf('channels') * BUCKETS + CHANNELS.indexOf(channel)

/** The code of a device. */
export const deviceCode = (device: Device): number =>
  TASTE_KINDS.indexOf('devices') * BUCKETS + DEVICES.indexOf(device)

/** The kind of a code. */
export const kindOfCode = (code: number): TasteKind =>
  TASTE_KINDS[Math.floor(code / BUCKETS)] ?? 'categories'

/** The name of a channel or a device; `undefined` for a bucket, whose name the state knows. */
export const fixedName = (code: number): Channel | Device | undefined => {
  const kind = kindOfCode(code)
  if (kind === 'channels') return CHANNELS[code % BUCKETS]
  return kind === 'devices' ? DEVICES[code % BUCKETS] : undefined
}
