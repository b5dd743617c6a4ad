import type { EngineReport } from '@ebb/streaming/engines'
import { duration } from '../commands/shop-time.ts'
import type { Answer } from '../survey/survey.ts'
import { type Check, failedBy, ok, warn } from './check.ts'

/** The oldest versions that Ebb's own tests run on. */
const TESTED: Readonly<Record<string, string>> = {
  'Apache Kafka': '4.3',
  Redis: '7.0',
  Valkey: '8.1',
  PostgreSQL: '18',
}

/** An engine as it is asked for. */
export interface EngineToCheck {
  /** What it is needed for: `event log`. */
  readonly name: string
  readonly answer: Answer<EngineReport>
  /** What to do where it does not answer. */
  readonly mend: string
  /** What cannot be looked at without it. */
  readonly hides?: string
}

/** Whether an engine answers, which version it is, and what threatens there. */
export const checkEngine = ({ name, answer, mend, hides }: EngineToCheck): Check => {
  if (answer.status === 'rejected') {
    const check = failedBy(name, answer.reason as Error, mend)
    return { ...check, ...(hides && { found: `${check.found}; not looked at: ${hides}` }) }
  }
  const { product, version, advice } = answer.value
  if (version === undefined)
    return warn(name, `${product} does not tell its version`, MAY_NOT_ASK[product] ?? UNKNOWN)
  const found = `${product} ${version}`
  if (advice.length > 0) return warn(name, `${found}: ${advice.join('; ')}`, 'Set it so')
  const tested = TESTED[product]
  if (tested === undefined || !isOlder(version, tested)) return ok(name, found)
  return warn(name, `${found} is older than what Ebb is tested with`, `Take ${tested} or newer`)
}

const UNKNOWN = 'Compare it with the versions in docs/scaling-out.md'
const MAY_NOT_ASK: Readonly<Record<string, string>> = {
  Redis: 'Give the user of Ebb the rights +info +time +config|get, which only look',
}

/** Number by number; what is not a number (`newer than 4.3`) is not older. */
const isOlder = (version: string, than: string): boolean => {
  const [found, wanted] = [version, than].map((text) => text.split('.').map(Number))
  for (const [i, least] of wanted!.entries()) {
    const part = found![i] ?? 0
    if (part !== least) return part < least
  }
  return false
}

const TOLERANCE_MS = 2_000

/** How far clocks are before that of this machine (ms), by whose they are. */
export const checkSkew = (clocks: readonly (readonly [string, number])[]): Check => {
  const told = clocks.map(([whose, ms]) => `${whose} ${skewText(ms)}`).join(', ')
  if (clocks.every(([, ms]) => Math.abs(ms) <= TOLERANCE_MS)) return ok('clock skew', told)
  const mend = 'Let every machine take its time from the network (chrony, systemd-timesyncd)'
  return warn('clock skew', told, mend)
}

const skewText = (ms: number): string => {
  const size = Math.abs(ms)
  const text = size < TOLERANCE_MS ? `${Math.round(size)} ms` : duration(size)
  return `${text} ${ms < 0 ? 'behind' : 'ahead'}`
}
