import type { MonthGrade } from '@ebb/contracts/dashboard-api'
import { ChartCard } from '../components/chart-card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { useWidth } from '../components/use-width.ts'
import { format, words } from '../language/language.ts'
import { type Frame, heightOf, pathThrough } from './grade-geometry.ts'

interface CalibrationProps {
  readonly grade: MonthGrade
}

const HEIGHT = 240

/** What was said of ten groups of customers, and what came of them. */
export const CalibrationCard = ({ grade }: CalibrationProps) => {
  const { grades } = words.value
  if (grade.calibration.length === 0) return null
  return (
    <ChartCard
      title={grades.calibration(grade.month)}
      hint={grades.calibrationHint}
      chart={() => <Groups grade={grade} />}
      table={() => <GroupsTable grade={grade} />}
    />
  )
}

const Groups = ({ grade }: CalibrationProps) => {
  const { grades } = words.value
  const [box, width] = useWidth<HTMLDivElement>()
  const frame: Frame = { left: 44, top: 10, right: width - 16, bottom: HEIGHT - 30 }
  const xOf = (risk: number): number => frame.left + risk * (frame.right - frame.left)
  const spots = grade.calibration.map(({ meanRisk, rate, cases }) => ({
    ...{ x: xOf(meanRisk), y: heightOf(rate, frame, 0), cases },
  }))
  return (
    <div ref={box} class="grade-chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={grades.calibration(grade.month)}>
          {[0, 0.5, 1].map((share) => (
            <g key={share}>
              <line
                {...{ x1: frame.left, x2: frame.right }}
                {...{ y1: heightOf(share, frame, 0), y2: heightOf(share, frame, 0) }}
              />
              <text x={frame.left - 8} y={heightOf(share, frame, 0) + 4} text-anchor="end">
                {format.value.percent(share)}
              </text>
              <text x={xOf(share)} y={HEIGHT - 8} text-anchor={share === 1 ? 'end' : 'middle'}>
                {format.value.percent(share)}
              </text>
            </g>
          ))}
          <line
            class="is-ideal"
            {...{ x1: frame.left, y1: frame.bottom, x2: frame.right, y2: frame.top }}
          />
          <g class="is-model">
            <path d={pathThrough(spots)} />
            {spots.map(({ x, y }) => (
              <circle key={x} cx={x} cy={y} r="4" />
            ))}
          </g>
        </svg>
      )}
    </div>
  )
}

const GroupsTable = ({ grade }: CalibrationProps) => {
  const { grades } = words.value
  const written = format.value
  const rows = grade.calibration.map((group, index) => ({ ...group, nth: index + 1 }))
  return (
    <DataTable
      label={grades.calibration(grade.month)}
      rows={rows}
      keyOf={({ nth }) => String(nth)}
      columns={[
        { key: 'group', head: grades.group, cell: ({ nth }) => written.number(nth) },
        {
          ...{ key: 'said', head: grades.said, isNumeric: true },
          cell: ({ meanRisk }) => written.percent(meanRisk),
        },
        {
          ...{ key: 'came', head: grades.came, isNumeric: true },
          cell: ({ rate }) => written.percent(rate),
        },
        {
          ...{ key: 'cases', head: grades.cases, isNumeric: true },
          cell: ({ cases }) => written.number(cases),
        },
      ]}
    />
  )
}
