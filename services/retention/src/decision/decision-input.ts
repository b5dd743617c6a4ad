import type { AlertRecord } from '@ebb/contracts/alert-record'
import type { WinbackMode } from '@ebb/contracts/winback-api'
import type { Policy } from '../policy/policy.ts'

/** All that a decision follows from. */
export interface DecisionInput {
  /** Of kind `at_risk`. Its `raisedAt` is now. */
  readonly alert: AlertRecord
  readonly policy: Policy
  /**
   * Earlier decisions of this customer that acted, or would have but for the hold-out, as far back
   * as caps and cool-down look, in any order.
   */
  readonly history: readonly { readonly decidedAt: number }[]
  /** Whether the shop wants this customer left alone. */
  readonly isExcluded: boolean
  readonly mode: WinbackMode
  /** Secret of the installation, so that nobody can choose an id that is never held out. */
  readonly salt: string
  readonly timeZone: string
}
