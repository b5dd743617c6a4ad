import { useLayoutEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { iMay } from '../access/session.ts'
import { ChartCard } from '../components/chart-card.tsx'
import { DataTable } from '../components/data-table.tsx'
import { Empty } from '../components/notice.tsx'
import { useWidth } from '../components/use-width.ts'
import { format, words } from '../language/language.ts'
import { shownTheme } from '../look/theme.ts'
import { hrefOf } from '../routing/route.ts'

const HEIGHT = 212

interface EventsProps {
  readonly counts: readonly number[]
  /** Whether no customer is known yet. */
  readonly isNew: boolean
}

/** Events of the last minute, second by second. */
export const EventsCard = ({ counts, isNew }: EventsProps) => (
  <ChartCard
    title={words.value.live.eventsTitle}
    class="events-card"
    chart={() => <EventsFigure counts={counts} isNew={isNew} />}
    table={() => <EventsTable counts={counts} />}
  />
)

const EventsFigure = ({ counts, isNew }: EventsProps) => {
  const { live } = words.value
  const peak = Math.max(0, ...counts)
  if (peak === 0) return isNew ? <NoEvents /> : <Empty title={live.quiet} />
  const now = format.value.number(counts.at(-1) ?? 0)
  const peakText = live.eventsPeak(format.value.number(peak))
  return (
    <>
      <p class="figure">
        <strong>{now}</strong> {live.eventsNow} <span class="muted">· {peakText}</span>
      </p>
      <Bars counts={counts} label={`${live.eventsTitle}: ${now} ${live.eventsNow}, ${peakText}`} />
    </>
  )
}

const NoEvents = () => {
  const { live } = words.value
  return (
    <Empty title={live.noEvents}>
      <p>{live.noEventsHint}</p>
      {iMay('setup') && (
        <a class="button is-main" href={hrefOf({ page: 'setup' })}>
          {live.toSetup}
        </a>
      )}
    </Empty>
  )
}

const Bars = ({
  counts,
  label,
}: {
  readonly counts: readonly number[]
  readonly label: string
}) => {
  const [box, width] = useWidth<HTMLDivElement>()
  const plot = useRef<UPlot>(undefined)
  const theme = shownTheme.value
  const written = format.value
  const latest = useRef(counts)
  latest.current = counts
  // Another theme or language draws anew.
  useLayoutEffect(() => {
    if (box.current === null || width === 0) return
    plot.current = new UPlot(optionsOf(width), dataOf(latest.current), box.current)
    return () => plot.current?.destroy()
  }, [box, width, theme, written])
  useLayoutEffect(() => plot.current?.setData(dataOf(counts)), [counts])
  return <div ref={box} class="plot" role="img" aria-label={label} />
}

const dataOf = (counts: readonly number[]): UPlot.AlignedData => [
  counts.map((_, index) => index - counts.length + 1),
  [...counts],
]

/** A colour of the page, for a canvas. */
const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

const optionsOf = (width: number): UPlot.Options => {
  const axis = {
    stroke: colour('--ink-soft'),
    font: `12px ${colour('--font')}`,
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  }
  const bars = UPlot.paths.bars?.({ size: [0.7, 14], radius: 0.2 })
  return {
    width,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-60, 1] }, y: { range: (_, __, max) => [0, max * 1.1] } },
    series: [
      {},
      { fill: colour('--accent'), points: { show: false }, ...(bars && { paths: bars }) },
    ],
    axes: [
      {
        ...axis,
        size: 30,
        grid: { show: false },
        splits: () => [-60, -45, -30, -15, 0],
        values: (_, seconds) => seconds.map((second) => `${format.value.number(second)} s`),
      },
      {
        ...axis,
        size: 52,
        space: 40,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4],
        values: (_, values) => values.map((value) => format.value.compact(value)),
      },
    ],
  }
}

const EventsTable = ({ counts }: { readonly counts: readonly number[] }) => {
  const { live } = words.value
  const rows = counts.map((count, index) => ({ ago: counts.length - 1 - index, count })).reverse()
  return (
    <DataTable
      label={live.eventsTitle}
      rows={rows}
      keyOf={({ ago }) => String(ago)}
      columns={[
        { key: 'ago', head: live.secondsAgo, cell: ({ ago }) => format.value.number(ago) },
        {
          key: 'count',
          head: live.events,
          isNumeric: true,
          cell: ({ count }) => format.value.number(count),
        },
      ]}
    />
  )
}
