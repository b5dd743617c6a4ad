import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readConfig } from '@ebb/testkit/config'
import { findProgram, runProgram } from '@ebb/testkit/programs'
import { describe, expect, it } from 'vitest'
import { exportedSeries } from './exported-series.ts'
import { faultsOf } from './promql.ts'
import { readRules, withRecordings } from './rules-file.ts'

const FOLDER = import.meta.dirname
const RUNBOOKS = join(FOLDER, '..', '..', 'docs', 'runbooks')
const config = readConfig()
const promtool = findProgram(config, 'promtool')
const isPromtoolRequired = config.required.has('promtool')
if (promtool === undefined && !isPromtoolRequired)
  console.warn(
    'SKIPPED: what alerts fire is not tried, promtool is not on PATH (Prometheus has it).',
  )

const rules = readRules()
const alerts = rules.filter(({ alert }) => alert !== undefined)
const series = withRecordings(await exportedSeries())

describe('the rules', () => {
  it('ask for series and labels that the services export', () => {
    expect(
      rules.map(({ alert, record, expr }) => [alert ?? record, faultsOf(expr, series)]),
    ).toEqual(rules.map(({ alert, record }) => [alert ?? record, []]))
  })

  it('say of each alert how grave it is, what happens, and where it says what to do', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect(['warning', 'critical'], alert).toContain(labels?.['severity'])
      expect(Object.keys(annotations ?? {}).sort(), alert).toEqual([
        'description',
        'runbook_url',
        'summary',
      ])
    }
  })

  it('have one runbook each, headed by the name of the alert, and none is left over', () => {
    const files = globSync('*.md', { cwd: RUNBOOKS }).filter((file) => file !== 'README.md')
    const named = alerts.map(({ annotations }) => annotations!['runbook_url']!)
    expect(named.toSorted()).toEqual(files.map((file) => `docs/runbooks/${file}`).sort())
    for (const { alert, annotations } of alerts) {
      const page = readFileSync(join(RUNBOOKS, basename(annotations!['runbook_url']!)), 'utf8')
      expect(page.split('\n')[0]).toBe(`# ${alert}`)
    }
  })

  it('have a test each', () => {
    const tested = globSync('*.test.yml', { cwd: FOLDER })
      .map((file) => readFileSync(join(FOLDER, file), 'utf8'))
      .join('\n')
    const untried = alerts.filter(
      ({ alert }) => !new RegExp(`alertname: ${alert}\\n +exp_alerts:\\n +- `).test(tested),
    )
    expect(untried).toEqual([])
  })

  it
    .skipIf(promtool === undefined && !isPromtoolRequired)
    .each(globSync('*.test.yml', { cwd: FOLDER }))('fire as %s says', async (file) => {
    expect(await runProgram(promtool!, ['test', 'rules', file], { cwd: FOLDER })).toContain(
      'SUCCESS',
    )
  })
})

describe('the check of expressions', () => {
  it.each([
    ['sum(rate(ebb_alerts_total[5m])) by (tier)', []],
    ['sum(rate(ebb_alerts_total[5m]) by (tier)', [expect.stringContaining('cannot be read')]],
    ['ebb_alert_total > 0', ['no series is called ebb_alert_total']],
    ['ebb_alerts_total{level="heavy"}', ['no series has a label level there']],
    ['sum by (reader) (ebb_alerts_total)', ['nothing that is selected has a label reader']],
  ])('tells what is wrong with %s', (expression, faults) => {
    expect(faultsOf(expression, series)).toEqual(faults)
  })
})
