import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportedSeries } from '../prometheus/exported-series.ts'
import { faultsOf } from '../prometheus/promql.ts'
import { dashboardJson } from './dashboard.ts'

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly { readonly expr: string }[]
}

const { panels } = JSON.parse(dashboardJson()) as { panels: Panel[] }
const series = await exportedSeries()

describe('the dashboard', () => {
  it('is in the file as the code makes it', () => {
    const file = readFileSync(join(import.meta.dirname, 'dashboard.json'), 'utf8')
    const howTo = 'node deploy/grafana/print-dashboard.ts writes it anew'
    expect(file === dashboardJson(), howTo).toBe(true)
  })

  it('asks for series and labels that the services export', () => {
    const asked = panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, faultsOf(expr.replace('$__rate_interval', '5m'), series)]),
    )
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter(([, faults]) => faults!.length > 0)).toEqual([])
  })

  it('shows every metric of ours', () => {
    const asked = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n')
    const ours = [...series.keys()].filter((name) => name.startsWith('ebb_'))
    const shown = (name: string) => asked.includes(name.replace(/_(bucket|sum|count)$/, ''))
    expect(ours.filter((name) => !shown(name))).toEqual([])
  })

  it('lays its panels out side by side', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, nth) => `${x + (nth % w)}:${y + Math.floor(nth / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24)
  })
})
