import { DEFAULT_TIER_POLICY, SHIPPED_PRIORS } from '@ebb/risk/tiers'
import type { ScorerSettings } from './scorer-definition.ts'

/** What every customer is scored with until a shop has a model of its own. */
export const SHIPPED_SCORING: ScorerSettings = {
  model: SHIPPED_PRIORS,
  policy: DEFAULT_TIER_POLICY,
  modelVersion: 'shipped-1',
}
