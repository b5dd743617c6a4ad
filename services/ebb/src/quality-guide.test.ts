import { existsSync, readFileSync } from 'node:fs'
import { canonicalise } from '@ebb/collector/canonical-form'
import { type CanonicalEvent, customerKey, EventFlag } from '@ebb/contracts/canonical-event'
import { QUALITY_MEASURES } from '@ebb/contracts/quality-measures'
import { featuresDefinition } from '@ebb/features/features-definition'
import { describe, expect, test } from 'vitest'

const ROOT = new URL('../../../', import.meta.url)
const GUIDE = readFileSync(new URL('docs/data-quality.md', ROOT), 'utf8')
const ERRORS = readFileSync(new URL('docs/errors.md', ROOT), 'utf8')
const NOON = Date.UTC(2026, 5, 1, 12)

/** The rows of a table that stands between two marks, without its head. */
const rowsOf = (mark: string): string[][] => {
  const [, table = ''] = new RegExp(`<!-- ${mark} -->([^]*)<!-- /${mark} -->`).exec(GUIDE) ?? []
  const rows = table.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const plain = (cell: string): string => cell.replace(/^`|`$/g, '')

const CLEANING = rowsOf('cleaning').map(([what, example, becomes, where, told]) => ({
  ...{ what: what!, example: plain(example!).replace(/(.)…/g, (_all, sign) => sign.repeat(300)) },
  ...{ becomes: plain(becomes!), where: plain(where!), told: plain(told!) },
}))

const cleaned = (example: string) =>
  canonicalise(
    { userId: '42', ...JSON.parse(example) },
    {
      ...{ source: 'web', sourceRank: 1, receivedAt: NOON, indexInBatch: 0 },
      ...{ baseCurrency: 'USD', rates: { EUR: 1.08 } },
    },
  )

const definition = featuresDefinition({ timeZone: 'UTC', currency: 'USD' })

const isFolded = (event: CanonicalEvent): boolean => {
  const value = Buffer.from(JSON.stringify(event))
  const record = {
    key: customerKey(event.customer),
    value,
    headers: {},
    offset: 0,
    appendedAt: NOON,
  }
  return definition.handle(undefined, record, { clock: NOON, partition: 0 }).state !== undefined
}

describe('the rules of cleaning', () => {
  test.each(CLEANING)('$what', ({ example, becomes, where, told }) => {
    const outcome = cleaned(example)
    if ('refused' in outcome) {
      expect({ becomes, told }).toEqual({ becomes: '', told: outcome.refused.code })
    } else {
      const { occurredAt, flags = ['–'], ...event } = outcome.ok
      expect(flags).toEqual([told])
      const seen = { ...event, occurredAt: new Date(occurredAt).toISOString() }
      expect({ ...seen, folded: isFolded(outcome.ok) }).toMatchObject(JSON.parse(becomes))
    }
    expect(existsSync(new URL(where, ROOT))).toBe(true)
  })

  test('have all that is told: every flag, and every code but of what is no event at all', () => {
    const section = ERRORS.split(/^## /m).find((part) => part.startsWith('Events'))!
    const codes = [...section.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code!)
    const shapes = ['EBB_EVENT_NOT_OBJECT', 'EBB_EVENT_TOO_DEEP', 'EBB_EVENT_TOO_LARGE']
    const wanted = codes.filter((code) => !shapes.includes(code))
    const flags = EventFlag.anyOf.map((flag) => flag.const)
    const told = CLEANING.map((row) => row.told).filter((each) => each !== '–')
    expect(new Set(told)).toEqual(new Set([...wanted, ...flags]))
  })
})

test('the table of faults is that of the code', () => {
  expect(rowsOf('measures').map(([fault, , limit]) => [plain(fault!), limit])).toEqual(
    QUALITY_MEASURES.map(({ measure, limit }) => [measure, `${Math.round(limit * 100)} %`]),
  )
})
