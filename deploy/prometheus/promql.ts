import { parser } from '@prometheus-io/lezer-promql'
import type { SeriesLabels } from './exported-series.ts'

/**
 * What is wrong with an expression of PromQL: it cannot be read, or it asks for a series, or for a
 * label of one, that nobody exports. Empty where nothing is.
 */
export const faultsOf = (expression: string, known: SeriesLabels): string[] => {
  const faults: string[] = []
  let isReadable = true
  const textOf = ({ from, to }: { from: number; to: number }) => expression.slice(from, to)
  const grouped: string[] = []
  const selected = new Set<string>()
  let labels: ReadonlySet<string> = new Set()
  parser.parse(expression).iterate({
    enter: (node) => {
      isReadable &&= !node.type.isError
      if (node.name === 'VectorSelector') {
        const name = /^[\w:]*/.exec(textOf(node))![0]
        const found = known.get(name)
        if (found === undefined) faults.push(`no series is called ${name || textOf(node)}`)
        labels = found ?? new Set()
        for (const label of labels) selected.add(label)
      }
      if (node.name !== 'LabelName') return
      if (node.matchContext(['GroupingLabels'])) grouped.push(textOf(node))
      else if (!labels.has(textOf(node))) faults.push(`no series has a label ${textOf(node)} there`)
    },
  })
  if (!isReadable) return [`cannot be read: ${expression}`]
  const unknown = grouped.filter((label) => !selected.has(label))
  return [...faults, ...unknown.map((label) => `nothing that is selected has a label ${label}`)]
}
