import { parseArgs } from 'node:util'
import type { Scale } from './benchmark.ts'

/** What the command line asks for. */
export interface BenchOptions {
  readonly scale: Scale
  /** Only benchmarks whose name has this in it. */
  readonly only: string
  /** Whether engines are brought up for what needs them. */
  readonly engines: boolean
  readonly json: boolean
}

const FULL: Scale = { rounds: 5, warmUps: 2, events: 20_000 }
/** Shows that everything runs, and nothing about speed. */
const QUICK: Scale = { rounds: 2, warmUps: 0, events: 400 }

export const BENCH_USAGE = `usage: npm run bench -- [options]

  --rounds N      rounds that count (${FULL.rounds})
  --only TEXT     benchmarks with this in their name
  --quick         a little of everything: shows that it runs, nothing about speed
  --no-engines    without Kafka, Redis, PostgreSQL
  --json          for machines
  -h, --help      this
`

/**
 * Reads the command line; `undefined` where it asks for help. Throws a `TypeError` for an option that
 * is not known.
 */
export const benchOptions = (args: readonly string[]): BenchOptions | undefined => {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      engines: { type: 'boolean', default: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return undefined
  const scale = values.quick ? QUICK : FULL
  const rounds = Number(values.rounds ?? scale.rounds)
  if (!Number.isSafeInteger(rounds) || rounds < 1)
    throw new TypeError(`--rounds takes a whole number from 1, not ${values.rounds}`)
  const { only, engines, json } = values
  return { scale: { ...scale, rounds }, only, engines, json }
}
