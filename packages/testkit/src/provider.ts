import { setTimeout as wait } from 'node:timers/promises'

/** The servers that tests may ask for. */
export type EngineName = 'kafka' | 'redis' | 'postgres'

/** A server that runs for this test run. */
export interface Engine {
  /** `host:port,…` of Kafka; the URL of Redis and PostgreSQL. */
  readonly address: string
  /** What serves it, as told to a person: "native 4.3.0". */
  readonly provider: string
  stop(): Promise<void>
}

/** Why there is no such server. */
export interface Missing {
  readonly missing: string
}

/** One way to come by a server. It throws only where the person who runs the tests must act. */
export type Provider = () => Promise<Engine | Missing>

/**
 * The first server offered, in the order of the providers, its `provider` telling why none before it
 * had one; else every reason against.
 */
export const firstOffer = async (providers: readonly Provider[]): Promise<Engine | Missing> => {
  const reasons: string[] = []
  for (const offer of providers) {
    const offered = await offer()
    if (!('missing' in offered)) return reasons.length === 0 ? offered : explained(offered, reasons)
    if (offered.missing !== '') reasons.push(offered.missing)
  }
  return { missing: reasons.join('; ') }
}

const explained = (engine: Engine, reasons: readonly string[]): Engine => ({
  ...engine,
  provider: `${engine.provider} (${reasons.join('; ')})`,
})

/** Starts the provider's server; where that fails, the message is why this one is missing. */
export const offered = async (start: () => Promise<Engine>): Promise<Engine | Missing> => {
  try {
    return await start()
  } catch (error) {
    return { missing: (error as Error).message }
  }
}

const NOT_SET: Missing = { missing: '' }
const PATIENCE_MS = 10_000
const LOOK_EVERY_MS = 100

/** A server that the environment names. Throws where it does not answer within ten seconds. */
export const fromEnvironment =
  (address: string | undefined, answers: (address: string) => Promise<boolean>): Provider =>
  async () => {
    if (address === undefined) return NOT_SET
    if (!(await untilTrue(() => answers(address), PATIENCE_MS)))
      throw new Error(`what the environment names does not answer: ${withoutPassword(address)}`)
    return { address, provider: 'from the environment', stop: async () => {} }
  }

/** Asks again and again until the answer is true (true) or the time is over (false). */
export const untilTrue = async (
  check: () => Promise<boolean>,
  patienceMs: number,
): Promise<boolean> => {
  const giveUpAt = performance.now() + patienceMs
  while (performance.now() < giveUpAt) {
    if (await check().catch(() => false)) return true
    await wait(LOOK_EVERY_MS)
  }
  return false
}

/** The address as it may be printed. */
export const withoutPassword = (address: string): string => address.replace(/\/\/[^@/]*@/, '//…@')
