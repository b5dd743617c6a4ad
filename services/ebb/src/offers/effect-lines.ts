import type { TruthView } from '@ebb/contracts/dashboard-api'
import type { LiftShortage, WinbackSummary } from '@ebb/contracts/winback-api'

type Experiment = WinbackSummary['experiment']

/** The true effect of the win-backs beside the lift that Ebb measured, for people. */
export const effectLines = (truth: TruthView, experiment: Experiment): string[] => {
  const { shoppers, broughtBack } = truth.all
  const share = shoppers === 0 ? 0 : broughtBack / shoppers
  return [
    `The truth of this simulation: of ${shoppers} treated customers whose ${truth.windowDays} ` +
      `days are over, ${broughtBack} (${percent(share)}) ordered only because of an offer.`,
    ...(shoppers === 0 ? [] : [`  by why they had left: ${causesOf(truth)}`]),
    `What Ebb measured: ${told(experiment)}.`,
  ]
}

const causesOf = ({ byCause }: TruthView): string =>
  byCause
    .map(({ cause, broughtBack, shoppers }) => {
      const who = cause === 'NOT_AWAY' ? 'not left at all' : cause
      return `${who} ${broughtBack} of ${shoppers}`
    })
    .join(', ')

const told = ({ arms, lift, notEnough }: Experiment): string => {
  if (lift === undefined) return `not enough data yet (${notEnough ? missing(notEnough) : ''})`
  const shares = arms.map(
    ({ arm, customers, returned }) =>
      `${percent(returned / customers)} of ${customers} ${arm === 'treated' ? arm : 'held out'}`,
  )
  const [points, from, until] = [lift.returned, lift.from, lift.until].map(hundredths)
  return (
    `${shares.join(' and ')} ordered: ${points} points more ` +
    `(95 % interval ${from} to ${until})`
  )
}

const COUNTED = {
  treated: 'treated customers have had their time',
  hold_out: 'held-out customers have had their time',
  returned: 'customers came back',
  not_returned: 'customers stayed away',
} as const

const missing = (shortage: LiftShortage): string =>
  shortage.of === 'hold_out_share'
    ? 'the policy holds nobody out'
    : `${shortage.have} of at least ${shortage.need} ${COUNTED[shortage.of]}`

const percent = (share: number): string => `${hundredths(share)} %`

const hundredths = (share: number): string => (100 * share).toFixed(1)
