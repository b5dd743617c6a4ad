import { join } from 'node:path'
import type { TruthView } from '@ebb/contracts/dashboard-api'
import type { ShopSpec } from '@ebb/simulator/shop-spec'
import type { CliContext } from '../cli-context.ts'
import type { Base } from '../running-shop.ts'
import { answerOffers } from './answer-offers.ts'
import { answeredOffersIn } from './answered-offers.ts'
import { effectLines } from './effect-lines.ts'
import { offersSoFar } from './follow-offers.ts'
import { measuredArms } from './measured-arms.ts'
import { trueEffects } from './true-effects.ts'

/** Whose shoppers answer, and where the services are. */
export interface OffersSettings {
  readonly shop: ShopSpec
  readonly collectorUrl: string
  readonly retentionUrl: string
}

/**
 * Lets the shoppers of a demonstration answer what they are offered until it stops; then prints what
 * that really did beside what Ebb measured, which can be asked for meanwhile. No fault of theirs ends
 * the demonstration.
 */
export const startOffers = (
  { print }: Pick<CliContext, 'print'>,
  { engines: { log }, place, writeKey, clock, till, insightsKey, lifecycle, logger }: Base,
  { shop, collectorUrl, retentionUrl: url }: OffersSettings,
): { truth(): Promise<TruthView> } => {
  const closing = new AbortController()
  const ended = answerOffers({
    ...{ shop, log, clock, signal: closing.signal },
    till: { url, key: till.key },
    collector: { url: collectorUrl, writeKey },
    answered: answeredOffersIn(join(place.folder, 'answered-offers.txt')),
    onFault: (err) => logger.warn({ err }, 'a simulated shopper has trouble with an offer'),
  })
  const effects = async () => {
    const measured = await measuredArms({ url, key: insightsKey.key })
    const offers = await offersSoFar(log)
    const truth = trueEffects({ shop, offers, measured, now: clock.now() })
    return { truth, experiment: measured.summary.experiment }
  }
  const tellEffect = async (): Promise<void> => {
    const { truth, experiment } = await effects()
    for (const line of effectLines(truth, experiment)) print(line)
  }
  const end = async (): Promise<void> => {
    closing.abort()
    await ended
    await tellEffect().catch((err) => logger.warn({ err }, 'what offers did cannot be told'))
  }
  lifecycle.onStop({ phase: 'readiness', name: 'simulated shoppers', run: end })
  return { truth: async () => (await effects()).truth }
}
