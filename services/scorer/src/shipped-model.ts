import { DEFAULT_TIER_POLICY, SHIPPED_MODEL_VERSION, SHIPPED_PRIORS } from '@ebb/risk/silence/tiers'
import { valuingOf } from '@ebb/runtime/margin-setting'
import type { ScorerSettings } from './scorer-definition.ts'

/** What every customer is scored with until a shop has a model of its own, and says its margin. */
export const SHIPPED_SCORING: ScorerSettings = {
  model: SHIPPED_PRIORS,
  policy: DEFAULT_TIER_POLICY,
  modelVersion: SHIPPED_MODEL_VERSION,
  ...valuingOf({ currency: 'USD' }),
}
