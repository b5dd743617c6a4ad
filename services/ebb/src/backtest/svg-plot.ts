/** A line of a plot. */
export interface Series {
  readonly name: string
  /** Which of the page's colours, from 1. */
  readonly colour: number
  readonly points: readonly PlotPoint[]
  /** Points by themselves, not joined. */
  readonly isDots?: boolean
  readonly isDashed?: boolean
}

/** A place in a plot, by the numbers on its axes. */
export interface PlotPoint {
  readonly x: number
  readonly y: number
  /** Shown where a mouse rests on it. */
  readonly label?: string
}

/** An axis. Numbers outside it are not drawn. */
export interface Axis {
  readonly title: string
  readonly from: number
  readonly to: number
  readonly text: (value: number) => string
}

/** A plot of lines. */
export interface Plot {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}

const WIDTH = 400
const HEIGHT = 260
const LEFT = 52
const TOP = 12
const RIGHT = 14
const BOTTOM = 44
const TICKS = 5
const STEPS = [1, 2, 5, 10]

/** A plot as an SVG with a title and a legend: no script, its colours come from the page. */
export const svgPlot = (plot: Plot): string => {
  const place = placing(plot)
  return [
    `<figure><figcaption>${htmlText(plot.title)}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${htmlText(plot.title)}">`,
    ...gridOf(plot, place),
    ...plot.series.map((series) => seriesOf(series, plot, place)),
    '</svg>',
    `<p class="legend">${plot.series.map(legendOf).join(' ')}</p></figure>`,
  ].join('\n')
}

/** Text as it may stand in HTML, in quotes too. */
export const htmlText = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

interface Place {
  readonly x: (value: number) => string
  readonly y: (value: number) => string
}

const placing = ({ x, y }: Plot): Place => {
  const part = ({ from, to }: Axis, value: number): number => (value - from) / (to - from)
  return {
    x: (value) => (LEFT + part(x, value) * (WIDTH - LEFT - RIGHT)).toFixed(1),
    y: (value) => (HEIGHT - BOTTOM - part(y, value) * (HEIGHT - TOP - BOTTOM)).toFixed(1),
  }
}

/** Round numbers, about five, from one end of an axis to the other. */
const ticksOf = ({ from, to }: Axis): number[] => {
  const wanted = (to - from) / TICKS
  const magnitude = 10 ** Math.floor(Math.log10(wanted))
  const step = STEPS.map((factor) => factor * magnitude).find((size) => size >= wanted * 0.999)!
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
}

const gridOf = ({ x, y }: Plot, place: Place): string[] => {
  const bottom = HEIGHT - BOTTOM
  return [
    ...ticksOf(y).flatMap((value) => [
      `<path class="grid" d="M${LEFT} ${place.y(value)}H${WIDTH - RIGHT}"/>`,
      `<text class="y" x="${LEFT - 6}" y="${place.y(value)}" dy=".32em">${y.text(value)}</text>`,
    ]),
    ...ticksOf(x).map(
      (value) => `<text x="${place.x(value)}" y="${bottom + 16}">${x.text(value)}</text>`,
    ),
    `<path class="axis" d="M${LEFT} ${bottom}H${WIDTH - RIGHT}"/>`,
    `<text class="title" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}">${htmlText(x.title)}</text>`,
    `<text class="title" transform="translate(12 ${(TOP + bottom) / 2}) rotate(-90)">${htmlText(y.title)}</text>`,
  ]
}

const seriesOf = (series: Series, plot: Plot, place: Place): string => {
  const isShown = ({ x, y }: PlotPoint): boolean =>
    x >= plot.x.from && x <= plot.x.to && y >= plot.y.from && y <= plot.y.to
  const shown = series.points.filter(isShown)
  const dot = ({ x, y, label }: PlotPoint): string =>
    `<circle class="c${series.colour}" cx="${place.x(x)}" cy="${place.y(y)}" r="${series.isDots ? 5 : 2.2}">` +
    `<title>${htmlText(label ?? series.name)}</title></circle>`
  const line = shown.map(({ x, y }) => `${place.x(x)} ${place.y(y)}`).join('L')
  const path = `<path class="line c${series.colour}${series.isDashed ? ' dashed' : ''}" d="M${line}"/>`
  const dots = series.isDashed ? [] : shown.map(dot)
  return [...(series.isDots || shown.length === 0 ? [] : [path]), ...dots].join('')
}

const legendOf = ({ name, colour, isDots }: Series): string =>
  `<span><i class="c${colour}${isDots ? ' dot' : ''}"></i>${htmlText(name)}</span>`
