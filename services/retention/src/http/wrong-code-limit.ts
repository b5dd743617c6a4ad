import { CodedError } from '@ebb/runtime/coded-error'

const WINDOW_MS = 60_000
/** A code has 85 random bits: this is there to end noise, and to be noticed. */
const WRONG_A_WINDOW = 300

/** Counts codes that nobody issued, by access key. */
export interface WrongCodeLimit {
  /** Throws `EBB_COUPON_GUESSING` (429) where there were too many within a minute. */
  check(keyId: string): void
  count(keyId: string): void
}

/** A limit of 300 wrong codes a minute and access key, by `now` in ms. */
export const wrongCodeLimit = (now: () => number): WrongCodeLimit => {
  const windows = new Map<string, { readonly beganAt: number; wrong: number }>()
  const windowOf = (keyId: string) => {
    const known = windows.get(keyId)
    if (known !== undefined && now() - known.beganAt < WINDOW_MS) return known
    const fresh = { beganAt: now(), wrong: 0 }
    windows.set(keyId, fresh)
    return fresh
  }
  return {
    check: (keyId) => {
      if (windowOf(keyId).wrong < WRONG_A_WINDOW) return
      const what = 'Too many unknown coupon codes came with this key within a minute'
      const fix = 'Wait a minute; if these are guesses of shoppers, limit them in the shop'
      throw new CodedError('EBB_COUPON_GUESSING', { what, fix }, { status: 429 })
    },
    count: (keyId) => {
      windowOf(keyId).wrong += 1
    },
  }
}
