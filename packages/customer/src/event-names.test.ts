import { describe, expect, test } from 'vitest'
import { countsOf, EVENT_NAMES, recordedName } from './event-names.ts'

describe('the table of event names', () => {
  test('names each event once', () => {
    const names = EVENT_NAMES.map(([name]) => name)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('recordedName', () => {
  const event = { id: 'e', customer: {}, sourceRank: 1, occurredAt: 0 } as const

  test('is never longer than 64 units, nor half a character', () => {
    const name = recordedName({ ...event, type: 'track', name: `${'x'.repeat(63)}😀` })
    expect([name.length, name.isWellFormed()]).toEqual([64, true])
  })

  test('is the kind of the event for all but tracked ones', () => {
    const kinds = (['page', 'screen', 'identify', 'group', 'alias'] as const).map((type) =>
      recordedName({ ...event, type, name: 'Order Completed' }),
    )
    const known = EVENT_NAMES.map(([name]) => name)
    expect(kinds.filter((name) => !known.includes(name) || name === 'Order Completed')).toEqual([])
  })
})

test('names of the language of this code count nothing', () => {
  expect(countsOf('constructor', {})).toEqual([])
})
