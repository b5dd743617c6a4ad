import type { ModelRecord } from '@ebb/contracts/model-record'

const SIZE = 320
const MARGIN = 44
const TICKS = [0, 0.25, 0.5, 0.75, 1]

const x = (share: number): string => (MARGIN + share * SIZE).toFixed(1)
const y = (share: number): string => (10 + (1 - share) * SIZE).toFixed(1)

/** What was foretold against what came true, as an inline SVG that needs nothing else. */
export const calibrationPlot = (groups: ModelRecord['heldOut']['calibration']): string => {
  const width = SIZE + MARGIN + 16
  const points = groups.map(({ foretold, cameTrue }) => `${x(foretold)},${y(cameTrue)}`)
  const grid = TICKS.flatMap((share) => [
    `<line class="grid" x1="${x(share)}" y1="${y(0)}" x2="${x(share)}" y2="${y(1)}"/>`,
    `<line class="grid" x1="${x(0)}" y1="${y(share)}" x2="${x(1)}" y2="${y(share)}"/>`,
    `<text x="${x(share)}" y="${SIZE + 28}" text-anchor="middle">${100 * share}</text>`,
    `<text x="${MARGIN - 6}" y="${Number(y(share)) + 4}" text-anchor="end">${100 * share}</text>`,
  ])
  const dots = groups.map(
    ({ customers, foretold, cameTrue }) =>
      `<circle cx="${x(foretold)}" cy="${y(cameTrue)}" r="4"><title>${customers} customers: foretold ${percent(foretold)}, came true ${percent(cameTrue)}</title></circle>`,
  )
  return [
    `<svg viewBox="0 0 ${width} ${SIZE + 52}" width="${width}" role="img" aria-label="Calibration: what was foretold against what came true, in ten groups">`,
    ...grid,
    `<line class="even" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>`,
    `<polyline class="curve" points="${points.join(' ')}"/>`,
    ...dots,
    `<text x="${x(0.5)}" y="${SIZE + 46}" text-anchor="middle">foretold, %</text>`,
    `<text x="12" y="${y(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${y(0.5)})">came true, %</text>`,
    '</svg>',
  ].join('\n')
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
