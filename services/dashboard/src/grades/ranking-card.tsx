import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import { ChartCard } from '../components/chart-card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { useWidth } from '../components/use-width.ts'
import { format, words } from '../language/language.ts'
import {
  aucOf,
  type Frame,
  heightOf,
  LINES,
  type Line,
  lowestAuc,
  pathThrough,
  placeOf,
  runsOf,
} from './grade-geometry.ts'
import { measured } from './grade-words.ts'

interface RankingProps {
  /** The latest first. */
  readonly months: readonly MonthGrade[]
}

const HEIGHT = 240

/** How well model and simple rules told who stays away, month by month. */
export const RankingCard = ({ months }: RankingProps) => {
  const { grades } = words.value
  const graded = months.filter(({ auc }) => auc !== null).toReversed()
  if (graded.length === 0) return null
  return (
    <ChartCard
      title={grades.ranking}
      hint={grades.rankingHint}
      chart={() => <Lines months={graded} />}
      table={() => <RankingTable months={graded.toReversed()} />}
    />
  )
}

const nameOf = (line: Line): string =>
  line === 'model' ? words.value.grades.model : words.value.simpleRule[line]

const Lines = ({ months }: RankingProps) => {
  const [box, width] = useWidth<HTMLDivElement>()
  const frame: Frame = { left: 44, top: 10, right: width - 16, bottom: HEIGHT - 30 }
  return (
    <div ref={box} class="grade-chart">
      <ul class="grade-legend">
        {LINES.map((line) => (
          <li key={line} class={`is-${line}`}>
            {nameOf(line)}
          </li>
        ))}
      </ul>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={words.value.grades.ranking}>
          <Scale frame={frame} low={lowestAuc(months)} />
          <MonthNames frame={frame} months={months} />
          {LINES.map((line) => (
            <LineOf key={line} line={line} frame={frame} months={months} />
          ))}
        </svg>
      )}
    </div>
  )
}

interface FrameProps {
  readonly frame: Frame
}

const Scale = ({ frame, low }: FrameProps & { readonly low: number }) => (
  <g>
    {[low, (low + 1) / 2, 1].map((value) => {
      const y = heightOf(value, frame, low)
      return (
        <g key={value}>
          <line x1={frame.left} x2={frame.right} y1={y} y2={y} />
          <text x={frame.left - 8} y={y + 4} text-anchor="end">
            {format.value.number(value)}
          </text>
        </g>
      )
    })}
  </g>
)

const NAME_WIDTH = 72

const MonthNames = ({ frame, months }: FrameProps & RankingProps) => {
  const every = Math.ceil((months.length * NAME_WIDTH) / Math.max(1, frame.right - frame.left))
  return (
    <g>
      {months.map(({ month }, index) =>
        index % every === 0 ? (
          <text
            key={month}
            x={placeOf(index, months.length, frame)}
            y={HEIGHT - 8}
            text-anchor={anchorOf(index, months.length)}
          >
            {month}
          </text>
        ) : null,
      )}
    </g>
  )
}

/** At the ends a name stays within the drawing. */
const anchorOf = (index: number, count: number): 'start' | 'middle' | 'end' => {
  if (count === 1) return 'middle'
  if (index === 0) return 'start'
  return index === count - 1 ? 'end' : 'middle'
}

const LineOf = ({ line, frame, months }: FrameProps & RankingProps & { readonly line: Line }) => {
  const values = months.map((month) => aucOf(month, line))
  return (
    <g class={`is-${line}`}>
      {runsOf(values, frame, lowestAuc(months)).map((run) => (
        <g key={run[0]!.x}>
          <path d={pathThrough(run)} />
          {run.map(({ x, y }) => (
            <circle key={x} cx={x} cy={y} r="3" />
          ))}
        </g>
      ))}
    </g>
  )
}

const RankingTable = ({ months }: RankingProps) => (
  <DataTable
    label={words.value.grades.ranking}
    rows={months}
    keyOf={({ month }) => month}
    columns={[
      { key: 'month', head: words.value.grades.month, cell: ({ month }) => month },
      ...LINES.map((line) => ({
        ...{ key: line, head: nameOf(line), isNumeric: true },
        cell: (month: MonthGrade) => measured(aucOf(month, line)),
      })),
    ]}
  />
)
