import { StandingBars } from '../components/standing-badge.tsx'
import { format, words } from '../language/language.ts'
import type { Drawing } from './curve-geometry.ts'
import { placed, riskOn } from './curve-geometry.ts'
import { datedMilestones } from './next-milestone.ts'

const FLAG_WIDTH = { wide: 104, narrow: 24 }

/** The dates at which tiers begin, over the points of the curve. */
export const MilestoneFlags = ({ drawing }: { readonly drawing: Drawing }) => {
  const { plot, scales, points, silence, isWide } = drawing
  const width = isWide ? FLAG_WIDTH.wide : FLAG_WIDTH.narrow
  const flags = datedMilestones(silence).map((milestone) => {
    const at = Date.parse(milestone.at)
    return { ...milestone, x: scales.x(at), y: scales.y(riskOn(points, at)), width }
  })
  const middles = placed(flags, isWide ? 0 : plot.left, plot.right + (isWide ? 10 : 0))
  return (
    <g>
      {flags.map(({ standing, at, isPassed, x, y }, index) => (
        <g key={standing} class={`flag is-${standing} ${isPassed ? 'is-passed' : ''}`}>
          <path d={`M${middles[index]} ${plot.top - 8}L${x} ${plot.top}V${plot.bottom}`} />
          {standing !== 'lost' && <circle cx={x} cy={y} r="4.5" />}
          <FlagText middle={middles[index]!} top={plot.top} isWide={isWide} of={{ standing, at }} />
        </g>
      ))}
    </g>
  )
}

interface FlagTextProps {
  readonly middle: number
  readonly top: number
  readonly isWide: boolean
  readonly of: {
    readonly standing: Drawing['silence']['milestones'][number]['standing']
    at: string
  }
}

const FlagText = ({ middle, top, isWide, of: { standing, at } }: FlagTextProps) =>
  isWide ? (
    <text text-anchor="middle">
      <tspan class="flag-name" x={middle} y={top - 32}>
        {words.value.standing[standing]}
      </tspan>
      <tspan x={middle} y={top - 15}>
        {format.value.date(at)}
      </tspan>
    </text>
  ) : (
    <g transform={`translate(${middle - 8} ${top - 24})`}>
      <StandingBars standing={standing} />
    </g>
  )
