import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface SoakOptions {
  readonly lengthMs: number
  /** At its beginning, and of no account. */
  readonly warmUpMs: number
}

const MINUTE_MS = 60_000

export const SOAK_USAGE = `usage: npm run soak -- [options]

  --minutes N     how long (105)
  --warm-up N     minutes at its beginning that do not count (45)
  -h, --help      this
`

/**
 * Reads the command line; `undefined` where it asks for help. Throws a `TypeError` for an option that
 * is not known, and for numbers that cannot be.
 */
export const soakOptions = (args: readonly string[]): SoakOptions | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '105' },
      'warm-up': { type: 'string', default: '45' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const lengthMs = Number(values.minutes) * MINUTE_MS
  const warmUpMs = Number(values['warm-up']) * MINUTE_MS
  if (!(lengthMs > warmUpMs && warmUpMs >= 0))
    throw new TypeError('--minutes has to be greater than --warm-up, and both numbers')
  return { lengthMs, warmUpMs }
}
