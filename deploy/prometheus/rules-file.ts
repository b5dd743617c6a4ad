import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { SeriesLabels } from './exported-series.ts'

/** A recording, or an alert. */
export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** All rules of rules.yml. */
export const readRules = (): Rule[] => {
  const text = readFileSync(join(import.meta.dirname, 'rules.yml'), 'utf8')
  const { groups } = parse(text) as { groups: { rules: Rule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

/** What is exported, and what the rules record from it: by convention `LABEL:NAME:FUNCTION`. */
export const withRecordings = (exported: SeriesLabels): SeriesLabels => {
  const recorded = readRules().flatMap(({ record }) => (record === undefined ? [] : [record]))
  return new Map([
    ...exported,
    ...recorded.map((name) => [name, new Set([name.split(':')[0]!])] as const),
  ])
}
