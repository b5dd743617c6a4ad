import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { METRICS } from './metrics.ts'

const PAGE = join(import.meta.dirname, '../../../../docs/telemetry.md')

const rows = Object.values(METRICS).map(
  ({ name, kind, unit, attributes, what }) =>
    `| \`${name}\` | ${kind} | ${unit} | ${attributes.map((each) => `\`${each}\``).join(', ')} | ${what} |`,
)

test('docs/telemetry.md has every metric as it is declared, and no other', () => {
  const [, table = ''] = /<!-- metrics:.*?-->\n([\s\S]*?)<!-- \/metrics -->/.exec(
    readFileSync(PAGE, 'utf8'),
  ) ?? ['', '']
  const [head, rule, ...written] = table.trim().split('\n')
  expect([head, rule]).toEqual([
    '| metric | kind | unit | attributes | |',
    '| --- | --- | --- | --- | --- |',
  ])
  expect(written).toEqual(rows)
})
