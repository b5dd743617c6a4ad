import { canonicalise, type IntakeContext } from '@ebb/collector/canonical-form'
import type { CanonicalEvent } from '@ebb/contracts/canonical-event'
import { EMBEDDED_PARTITIONS, topicsOf } from '@ebb/contracts/topics'
import { openEmbeddedEngines } from '@ebb/embedded/embedded-engines'
import type { OwnedEngines } from '@ebb/streaming/engines'

/** The shop of all benchmarks. */
export const SHOP = { currency: 'USD', rates: {}, timeZone: 'Europe/Berlin' }

/** Where the clock of all benchmarks stands when they begin: every run does the same. */
export const BEGIN = Date.UTC(2026, 10, 22, 12)

/** Every topic, as the embedded engines have it. */
export const BENCH_TOPICS = topicsOf(EMBEDDED_PARTITIONS)

/** The sqlite engines as `ebb up` opens them: what the log answers for survives a power cut. */
export const openBenchEngines = async (
  folder: string,
  now: () => number,
): Promise<OwnedEngines> => {
  const engines = openEmbeddedEngines(folder, {
    what: 'npm run bench',
    now,
    durability: 'power-cut',
  })
  await engines.makeTopics(BENCH_TOPICS, 'writer')
  return engines
}

/** What the collector knows of an event beside itself, when it is received as it happens. */
export const intakeContext = (receivedAt: number): IntakeContext => ({
  source: 'storefront',
  sourceRank: 1,
  receivedAt,
  indexInBatch: 0,
  baseCurrency: SHOP.currency,
  rates: SHOP.rates,
})

/** What the collector makes of an event. Throws where it refuses it. */
export const canonicalEvent = (item: unknown, context: IntakeContext): CanonicalEvent => {
  const outcome = canonicalise(item, context)
  if ('refused' in outcome) throw new Error(`An event was refused: ${outcome.refused.what}`)
  return outcome.ok
}
