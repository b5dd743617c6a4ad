import type { LiftShortage, LiftView, WinbackSummary } from '@ebb/contracts/winback-api'
import { Card } from '../components/card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { format, words } from '../language/language.ts'
import { intervalOf } from './interval-geometry.ts'
import { effectShare, TruthPart, useTruth } from './truth-part.tsx'

interface ExperimentProps {
  readonly experiment: WinbackSummary['experiment']
}

/** What win-backs bring: the treated against those held out at random. */
export const ExperimentCard = ({ experiment }: ExperimentProps) => {
  const { winbacks } = words.value
  const truth = useTruth()
  const { lift, notEnough, holdOutShare, windowDays } = experiment
  const hint = winbacks.experimentHint(
    format.value.percent(holdOutShare),
    format.value.number(windowDays),
  )
  return (
    <Card title={winbacks.experiment} hint={hint} class="experiment-card">
      {lift ? (
        <Lift lift={lift} truth={truth && effectShare(truth.all)} />
      ) : (
        <NotEnough why={notEnough} />
      )}
      <Arms experiment={experiment} />
      {truth && <TruthPart truth={truth} />}
    </Card>
  )
}

const NotEnough = ({ why }: { readonly why: LiftShortage | undefined }) => (
  <div class="not-enough">
    <p class="answer">{words.value.winbacks.notEnough}</p>
    {why && <p class="muted">{shortageText(why)}</p>}
  </div>
)

const shortageText = (shortage: LiftShortage): string => {
  const w = words.value
  if (shortage.of === 'hold_out_share') return w.winbacks.nobodyHeldOut
  const { number } = format.value
  return w.winbacks.missing(number(shortage.have), number(shortage.need), w.shortage[shortage.of])
}

interface LiftProps {
  readonly lift: LiftView
  /** The effect that a simulation knows of. */
  readonly truth: number | undefined
}

const Lift = ({ lift, truth }: LiftProps) => {
  const { winbacks } = words.value
  const { points } = format.value
  return (
    <>
      <p class="figure">
        <strong>{winbacks.points(points(lift.returned))}</strong> {winbacks.lift}
      </p>
      <Interval lift={lift} truth={truth} />
      <p class="muted">{winbacks.interval(points(lift.from), points(lift.until))}</p>
    </>
  )
}

/** The interval on a line, with nought marked; the words under it say the same. */
const Interval = ({ lift, truth }: LiftProps) => {
  const { zero, from, until, middle, truth: trueAt } = intervalOf(lift, truth)
  return (
    <svg class="interval" viewBox="0 0 400 36" preserveAspectRatio="none" aria-hidden="true">
      <line class="axis" x1="0" x2="400" y1="18" y2="18" />
      <line class="zero" x1={400 * zero} x2={400 * zero} y1="4" y2="32" />
      <line class="span" x1={400 * from} x2={400 * until} y1="18" y2="18" />
      <line class="middle" x1={400 * middle} x2={400 * middle} y1="8" y2="28" />
      {trueAt !== undefined && (
        <line class="is-truth" x1={400 * trueAt} x2={400 * trueAt} y1="2" y2="34" />
      )}
    </svg>
  )
}

const Arms = ({ experiment }: ExperimentProps) => {
  const w = words.value
  const written = format.value
  return (
    <DataTable
      label={w.winbacks.experiment}
      rows={experiment.arms}
      keyOf={({ arm }) => arm}
      columns={[
        { key: 'arm', head: w.winbacks.arm, cell: ({ arm }) => w.arm[arm] },
        {
          ...{ key: 'people', head: w.winbacks.people, isNumeric: true },
          cell: ({ customers }) => written.number(customers),
        },
        {
          ...{ key: 'returned', head: w.winbacks.returned, isNumeric: true },
          cell: ({ returned, customers }) =>
            customers === 0
              ? written.number(0)
              : `${written.number(returned)} (${written.percent(returned / customers)})`,
        },
        {
          ...{ key: 'revenue', head: w.winbacks.revenue, isNumeric: true },
          cell: ({ revenueMinor }) => written.money(revenueMinor),
        },
        {
          ...{ key: 'cost', head: w.winbacks.couponCost, isNumeric: true },
          cell: ({ couponCostMinor }) => written.money(couponCostMinor),
        },
      ]}
    />
  )
}
