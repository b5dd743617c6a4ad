import type { AlertView } from '@ebb/contracts/dashboard-api'
import { words } from '../language/language.ts'

/** What an alert says, in a few words. */
export const alertSentence = ({ customerId, kind, tier }: AlertView): string => {
  const { feed, standing } = words.value
  return kind === 'at_risk' ? feed.at_risk(customerId, standing[tier]) : feed[kind](customerId)
}
