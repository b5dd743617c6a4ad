import { checkCounts, checkLedger, checkRun } from './check.ts'
import { faultFreeRun } from './fault-free-run.ts'
import type { Ledger } from './ledger.ts'
import { alertsOf, digestOf, readEvents, readOutcome } from './outcome.ts'
import type { PipelineView } from './pipeline-view.ts'

/** What a run came to when every promise held. */
export interface Verdict {
  readonly sent: number
  readonly acknowledged: number
  readonly copiesInLog: number
  readonly unacknowledgedInLog: number
  readonly featuresAgain: number
  readonly ordersAgain: number
  readonly alertsAgain: number
  readonly atRisk: number
  readonly recovered: number
  readonly statesDigest: string
}

/**
 * Holds a pipeline that rests against the ledger, and against a fault-free run over its log.
 * Throws `BrokenPromise`.
 */
export const verify = async (
  view: PipelineView,
  ledger: Ledger,
  generation = 0,
): Promise<Verdict> => {
  const events = await readEvents(view)
  const ledgerCheck = checkLedger(ledger, events)
  const actual = await readOutcome(view)
  checkCounts(ledger, events, actual)
  const expected = await readOutcome(await faultFreeRun(events, generation))
  const runCheck = checkRun(actual, expected)
  const distinct = (kind: string): number =>
    new Set(alertsOf(actual).flatMap((alert) => (alert.kind === kind ? [alert.alertId] : []))).size
  return {
    ...ledgerCheck,
    ...runCheck,
    atRisk: distinct('at_risk'),
    recovered: distinct('recovered'),
    statesDigest: digestOf(actual),
  }
}
