import { readFileSync } from 'node:fs'
import { EVIDENCE, evidenceRow } from '@ebb/customer/evidence-kinds'
import { expect, test } from 'vitest'

const GUIDE = new URL('../../../docs/api.md', import.meta.url)

test('the guide has the table of evidence as it is', () => {
  const rows = readFileSync(GUIDE, 'utf8')
    .split('\n')
    .filter((line) => /^\| `\w+` \| [A-Z_]+ \| [\d.]+ \|/.test(line))
  // What only makes good is no evidence of its own.
  const kinds = EVIDENCE.map(({ kind }) => kind).filter((kind) => kind !== 'ticketResolved')
  expect(rows).toEqual(
    kinds.map((kind) => {
      const { reason, weight, halfLifeDays, resolvedBy = '–' } = evidenceRow(kind)
      return `| \`${kind}\` | ${reason} | ${weight} | ${halfLifeDays} d | ${resolvedBy} |`
    }),
  )
})
