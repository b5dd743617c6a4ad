import { format, words } from '../language/language.ts'
import type { Drawing } from './curve-geometry.ts'
import { riskOn, tickDays, type Zone } from './curve-geometry.ts'

const DAY_MS = 86_400_000

interface PartProps {
  readonly drawing: Drawing
}

interface ZonesProps extends PartProps {
  readonly zones: readonly Zone[]
}

/** The tiers as stripes. */
export const Zones = ({ drawing: { plot, scales }, zones }: ZonesProps) => (
  <g>
    {zones.map(({ standing, from, until }) => {
      const [top, bottom] = [scales.y(until), scales.y(from)]
      return (
        <g key={standing} class={`zone is-${standing}`}>
          <rect x={plot.left} y={top} width={plot.right - plot.left} height={bottom - top} />
          {standing !== 'healthy' && (
            <line x1={plot.left} x2={plot.right} y1={bottom} y2={bottom} />
          )}
          <text class="risk-tick" x={plot.left - 8} y={top + 4} text-anchor="end">
            {format.value.percent(until)}
          </text>
        </g>
      )
    })}
  </g>
)

/** Their names, where the curve has left them, ahead of lost. */
export const ZoneNames = ({ drawing, zones }: ZonesProps) => {
  const { scales, isWide } = drawing
  const { standing: names, curve } = words.value
  const tall = zones.filter(({ from, until }) => scales.y(from) - scales.y(until) >= NAME_HEIGHT)
  return (
    <g>
      {tall.map(({ standing, from }) => (
        <text
          key={standing}
          class={`zone-label is-${standing}`}
          x={lostX(drawing) - 10}
          y={scales.y(from) - 7}
          text-anchor="end"
        >
          <tspan class="zone-name">{names[standing]}</tspan>
          {isWide && standing !== 'healthy' && (
            <tspan dx="6">{curve.from(format.value.percent(from))}</tspan>
          )}
        </text>
      ))}
    </g>
  )
}

const NAME_HEIGHT = 20

/** From where on the customer counts as lost. */
export const LostArea = ({ drawing }: PartProps) => {
  const { plot } = drawing
  const x = lostX(drawing)
  return (
    <g class="lost-area">
      <defs>
        <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse">
          <path d="M0 7 7 0" />
        </pattern>
      </defs>
      <rect x={x} y={plot.top} width={plot.right - x} height={plot.bottom - plot.top} />
    </g>
  )
}

const lostX = ({ plot, scales, silence }: Drawing): number => {
  const lost = silence.milestones.find(({ standing }) => standing === 'lost')
  return lost?.at ? Math.min(scales.x(Date.parse(lost.at)), plot.right) : plot.right
}

/** Dates and days of silence. */
export const DayAxis = ({ drawing: { plot, scales, points, isWide } }: PartProps) => {
  const [first, last] = [points[0]!.at, points.at(-1)!.at]
  const written = format.value
  return (
    <g class="day-axis">
      <line x1={plot.left} x2={plot.right} y1={plot.bottom} y2={plot.bottom} />
      {tickDays(last - first, isWide ? 9 : 5).map((day) => {
        const at = first + day * DAY_MS
        const x = scales.x(at)
        const anchor = x > plot.right - 24 ? 'end' : 'middle'
        return (
          <g key={day}>
            <line x1={x} x2={x} y1={plot.bottom} y2={plot.bottom + 5} />
            <text x={x} y={plot.bottom + 20} text-anchor={anchor}>
              {written.day(at)}
            </text>
            <text class="is-soft" x={x} y={plot.bottom + 36} text-anchor={anchor}>
              {words.value.curve.dayTick(written.number(day))}
            </text>
          </g>
        )
      })}
    </g>
  )
}

/** Where the customer is. */
export const NowLine = ({ drawing: { plot, scales, points, silence } }: PartProps) => {
  const now = Date.parse(silence.now)
  const [x, y] = [scales.x(now), scales.y(riskOn(points, now))]
  const { curve } = words.value
  const text = `${curve.now} · ${format.value.percent(silence.risk)}`
  const width = 16 + 7.2 * [...text].length
  const middle = Math.min(Math.max(x, plot.left + width / 2 + 4), plot.right - width / 2 - 4)
  return (
    <g class="now">
      <line x1={x} x2={x} y1={plot.top} y2={plot.bottom} />
      <circle cx={x} cy={y} r="6" />
      <rect x={middle - width / 2} y={plot.bottom - 30} width={width} height="22" rx="11" />
      <text x={middle} y={plot.bottom - 15} text-anchor="middle">
        {text}
      </text>
    </g>
  )
}
