import { installationOf } from '@ebb/runtime/installation'
import type { Logger } from '@ebb/runtime/logger'
import type { Engines, OwnedEngines, Place } from '@ebb/streaming/engines'
import { answerWhenAsked, doOrAsk, forgetAsked } from '../asked-work.ts'
import {
  type RebuildRequest,
  type RebuildResult,
  rebuildBeside,
  runRebuild,
} from './run-rebuild.ts'

const NAME = 'rebuild'

/**
 * Rebuilds as `runRebuild`; where `ebb up` owns the data folder, that process does it, and goes on
 * with it when who asked is interrupted.
 */
export const rebuildOrAsk = (
  engines: Engines,
  request: RebuildRequest,
): Promise<RebuildResult | undefined> => {
  const { place, interrupted } = request
  const asking = { place, name: NAME, request: {}, interrupted }
  return doOrAsk(asking, async () => {
    const result = await runRebuild(engines, request)
    if (engines.shared === undefined) forgetAsked(asking)
    return result
  })
}

/** What rebuilds when it is asked. */
export interface RebuildingOwner {
  readonly place: Place
  /** Of all generations. */
  readonly engines: OwnedEngines
  readonly now: () => number
  readonly logger: Logger
  /** Of revenue. */
  readonly marginPercent: number
}

/** Rebuilds beside all that runs in this process whenever it is asked to, until it is stopped. */
export const rebuildWhenAsked = ({
  place,
  engines,
  logger,
  ...owner
}: RebuildingOwner): { stop(): Promise<void> } =>
  answerWhenAsked({
    ...{ place, name: NAME, logger },
    work: async (_: object, interrupted): Promise<RebuildResult | undefined> => {
      const onRetry = (err: Error): void => logger.warn({ err }, 'the rebuild waits')
      const inForce = await installationOf(engines.log)
      const request = { ...owner, place, interrupted, onRetry, onProgress: () => {} }
      return rebuildBeside(engines, inForce, request)
    },
  })
