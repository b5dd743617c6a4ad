import { minorUnitExponent } from '@ebb/contracts/currency'
import Type from 'typebox'
import { setting } from './configuration.ts'

const DEFAULT_PERCENT = 30

/**
 * What an expected loss is reckoned with, for the whole shop. Most shops keep between a quarter and
 * half of what they sell for; in which order customers are worked on does not depend on it.
 */
export const MARGIN_SETTING = setting({
  env: 'EBB_MARGIN_PERCENT',
  what: 'what remains of 100 in revenue when goods, shipping and fees are paid; values what silence costs',
  takes: 'a number from 0 to 100',
  schema: Type.Number({ minimum: 0, maximum: 100 }),
  default: DEFAULT_PERCENT,
})

/** How a shop values orders: margin as a share, and minor units of one major unit of its currency. */
export const valuingOf = ({
  currency,
  marginPercent = DEFAULT_PERCENT,
}: {
  readonly currency: string
  readonly marginPercent?: number | undefined
}) => ({
  marginShare: marginPercent / 100,
  minorPerMajor: 10 ** minorUnitExponent(currency),
})
