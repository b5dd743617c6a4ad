import type { SilenceView } from '@ebb/contracts/dashboard-api'
import { ChartCard } from '../components/chart-card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { StandingBadge } from '../components/standing-badge.tsx'
import { daysBetween } from '../language/format.ts'
import { format, words } from '../language/language.ts'
import { datedMilestones, nextMilestone } from './next-milestone.ts'
import { SilenceChart } from './silence-chart.tsx'

interface SilenceProps {
  readonly silence: SilenceView
}

/** When this customer will be gone if nothing happens. */
export const SilenceCard = ({ silence }: SilenceProps) => (
  <ChartCard
    title={words.value.curve.title}
    class="silence-card"
    chart={() => (
      <>
        <Headline silence={silence} />
        <SilenceChart silence={silence} />
        <Legend silence={silence} />
        <Milestones silence={silence} />
      </>
    )}
    table={() => <SilenceTable silence={silence} />}
  />
)

const Headline = ({ silence }: SilenceProps) => {
  const { curve } = words.value
  const written = format.value
  const days = daysBetween(silence.lastOrderAt, silence.now)
  return (
    <div class="headline">
      <Answer silence={silence} />
      <dl class="headline-facts">
        <div>
          <dt>{curve.riskNow}</dt>
          <dd>{written.percent(silence.risk)}</dd>
          <dd class="muted">{curve.riskBegan(written.percent(silence.riskAtLastOrder))}</dd>
        </div>
        <div>
          <dt>{curve.silence}</dt>
          <dd>{curve.days(days, written.number(days))}</dd>
          <dd class="muted">{curve.since(written.date(silence.lastOrderAt))}</dd>
        </div>
      </dl>
    </div>
  )
}

/** The one sentence that this page is for. */
const Answer = ({ silence }: SilenceProps) => {
  const { curve, standing } = words.value
  const written = format.value
  const next = nextMilestone(silence)
  const lost = datedMilestones(silence).find((milestone) => milestone.standing === 'lost')
  if (next === undefined) {
    return lost ? <p class="answer">{curve.lostSince(written.date(lost.at))}</p> : null
  }
  const distance = written.distance(next.at, silence.now)
  const isLost = next.standing === 'lost'
  return (
    <div>
      <p class="answer-lead">{curve.ifNothing}</p>
      <p class="answer">
        {isLost
          ? curve.lostOn(written.date(next.at))
          : curve.crossing(standing[next.standing], written.date(next.at))}
      </p>
      <p class="answer-after">
        {isLost || !lost ? distance : curve.after(distance, written.date(lost.at))}
      </p>
    </div>
  )
}

const Legend = ({ silence }: SilenceProps) => {
  const { curve } = words.value
  return (
    <p class="legend">
      <span>
        <svg viewBox="0 0 28 8" aria-hidden="true">
          <path class="curve is-past" d="M1 4h26" />
        </svg>
        {curve.past}
      </span>
      <span>
        <svg viewBox="0 0 28 8" aria-hidden="true">
          <path class="curve is-future" d="M1 4h26" />
        </svg>
        {curve.future}
      </span>
      <span class="muted">{curve.axis(format.value.number(silence.horizonDays))}</span>
    </p>
  )
}

const Milestones = ({ silence }: SilenceProps) => {
  const { curve } = words.value
  const written = format.value
  const next = nextMilestone(silence)
  return (
    <ol class="milestones">
      {silence.milestones.map(({ standing, threshold, at, isPassed }) => (
        <li key={standing} class={next?.standing === standing ? 'is-next' : ''}>
          <StandingBadge standing={standing} />
          <strong>{at === null ? curve.never : written.date(at)}</strong>
          <span class="muted">
            {at !== null &&
              (isPassed
                ? curve.passed(written.distance(at, silence.now))
                : written.distance(at, silence.now))}
            {threshold !== null && ` · ${curve.from(written.percent(threshold))}`}
          </span>
        </li>
      ))}
    </ol>
  )
}

const EVERY = 5

/** The curve at some days, and every crossing, in the order of time. */
const rowsOf = (silence: SilenceView) =>
  [
    ...silence.curve.filter((_, index) => index % EVERY === 0),
    ...datedMilestones(silence).map(({ at, standing, threshold }) => ({
      at,
      standing,
      risk: threshold,
    })),
    { at: silence.now, risk: silence.risk, isNow: true },
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))

const SilenceTable = ({ silence }: SilenceProps) => {
  const { curve, common } = words.value
  const written = format.value
  return (
    <DataTable<ReturnType<typeof rowsOf>[number]>
      label={curve.title}
      rows={rowsOf(silence)}
      keyOf={(row) => `${row.at} ${'standing' in row ? row.standing : 'isNow' in row}`}
      columns={[
        { key: 'date', head: curve.date, cell: ({ at }) => written.date(at) },
        {
          key: 'day',
          head: curve.day,
          isNumeric: true,
          cell: ({ at }) => written.number(daysBetween(silence.lastOrderAt, at)),
        },
        {
          key: 'risk',
          head: curve.risk,
          isNumeric: true,
          cell: ({ risk }) => (risk === null ? common.none : written.percent(risk)),
        },
        {
          key: 'standing',
          head: curve.standing,
          cell: (row) =>
            'standing' in row ? (
              <StandingBadge standing={row.standing} />
            ) : (
              'isNow' in row && <strong>{curve.now}</strong>
            ),
        },
      ]}
    />
  )
}
