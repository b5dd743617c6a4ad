import type { SilenceView } from '@ebb/contracts/dashboard-api'
import { useState } from 'preact/hooks'
import { useWidth } from '../components/use-width.ts'
import { daysBetween } from '../language/format.ts'
import { format, words } from '../language/language.ts'
import {
  type Drawing,
  lowestRisk,
  type Plot,
  pathOf,
  pointsOf,
  riskOn,
  scalesOf,
  splitAt,
  zonesOf,
} from './curve-geometry.ts'
import { MilestoneFlags } from './silence-chart-flags.tsx'
import { DayAxis, LostArea, NowLine, ZoneNames, Zones } from './silence-chart-frame.tsx'

/** Below this width flags are signs only; the list under the chart has their dates. */
const WIDE = 640

const plotOf = (width: number): Plot & { readonly height: number } => {
  const isWide = width >= WIDE
  const height = isWide ? 400 : 320
  return { left: 46, top: isWide ? 58 : 30, right: width - 10, bottom: height - 48, height }
}

/** Risk from the last order on: solid so far, dashed if the silence lasts. */
export const SilenceChart = ({ silence }: { readonly silence: SilenceView }) => {
  const [box, width] = useWidth<HTMLDivElement>()
  const points = pointsOf(silence)
  const { height, ...plot } = plotOf(width)
  const drawing = {
    ...{ silence, points, plot, isWide: width >= WIDE },
    scales: scalesOf(points, plot),
  }
  return (
    <div ref={box} class="silence-chart" style={{ minHeight: `${height}px` }}>
      {width > 0 && <Canvas drawing={drawing} width={width} height={height} />}
    </div>
  )
}

interface CanvasProps {
  readonly drawing: Drawing
  readonly width: number
  readonly height: number
}

const Canvas = ({ drawing, width, height }: CanvasProps) => {
  const [pointed, setPointed] = useState<number>()
  const { silence, points, scales } = drawing
  const now = Date.parse(silence.now)
  const { past, future } = splitAt(points, now)
  const zones = zonesOf(silence.milestones, lowestRisk(points))
  return (
    <svg
      role="img"
      aria-label={words.value.curve.label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      onPointerMove={(event) => setPointed(scales.at(event.offsetX))}
      onPointerLeave={() => setPointed(undefined)}
    >
      <Zones drawing={drawing} zones={zones} />
      <LostArea drawing={drawing} />
      <DayAxis drawing={drawing} />
      <path class="curve is-future" d={pathOf(future, scales)} />
      <path class="curve is-past" d={pathOf(past, scales)} />
      <MilestoneFlags drawing={drawing} />
      <NowLine drawing={drawing} />
      <ZoneNames drawing={drawing} zones={zones} />
      {pointed !== undefined && <Pointed drawing={drawing} at={pointed} />}
    </svg>
  )
}

const READOUT_WIDTH = 216

/** Date, day and risk under the pointer. */
const Pointed = ({ drawing, at }: { readonly drawing: Drawing; readonly at: number }) => {
  const { points, scales, plot, silence } = drawing
  const risk = riskOn(points, at)
  const [x, y] = [scales.x(at), scales.y(risk)]
  const left = Math.min(Math.max(x - READOUT_WIDTH / 2, plot.left), plot.right - READOUT_WIDTH)
  const above = y - 44 < plot.top ? y + 16 : y - 44
  const written = format.value
  const day = written.number(daysBetween(silence.lastOrderAt, at))
  return (
    <g class="pointed">
      <line x1={x} x2={x} y1={plot.top} y2={plot.bottom} />
      <circle cx={x} cy={y} r="4" />
      <rect x={left} y={above} width={READOUT_WIDTH} height="28" rx="6" />
      <text x={left + READOUT_WIDTH / 2} y={above + 18} text-anchor="middle">
        {words.value.curve.point(written.date(at), day, written.percent(risk))}
      </text>
    </g>
  )
}
