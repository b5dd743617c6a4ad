import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { NoActionReason } from '@ebb/contracts/winback-api'
import type { Policy } from '../policy/policy.ts'
import type { DecisionInput } from './decision-input.ts'

type Gate = (input: DecisionInput) => boolean

/** What keeps a customer from being treated, in this order; each says whether it is closed. */
const GATES = [
  ['OUTRANKED', ({ alert }) => alert.isOutranked],
  ['PAUSED', ({ mode }) => mode === 'paused'],
  ['EXCLUDED', ({ isExcluded }) => isExcluded],
  ['NO_CONSENT', ({ alert, policy }) => !mayContact(alert, policy)],
  ['BELOW_VALUE_FLOOR', ({ alert, policy }) => alert.revenueMinor < policy.valueFloorMinor],
  ['CAP_REACHED', (input) => within(input.policy.caps.days, input) >= input.policy.caps.count],
  ['COOL_DOWN', (input) => within(input.policy.coolDownDays, input) > 0],
] as const satisfies readonly (readonly [NoActionReason, Gate])[]

/** The first gate that is closed. */
export const closedGate = (input: DecisionInput): (typeof GATES)[number][0] | undefined =>
  GATES.find(([, isClosed]) => isClosed(input))?.[0]

const mayContact = ({ consent }: AlertRecord, policy: Policy): boolean =>
  consent.marketing ?? policy.consent.unknown === 'allow'

const DAY_MS = 86_400_000

/**
 * Decisions less than so many days back. Those later than the alert count, too, as an alert that
 * waited in a queue must not get around a cap.
 */
const within = (days: number, { alert, history }: DecisionInput): number =>
  history.filter(({ decidedAt }) => alert.raisedAt - decidedAt < days * DAY_MS).length
