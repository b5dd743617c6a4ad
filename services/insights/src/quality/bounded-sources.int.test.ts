import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { openSchema } from '../insights-fixture.ts'
import { prepareInsights } from '../read-models.ts'
import { boundedSources, OTHER_SOURCES } from './bounded-sources.ts'
import type { CountRow } from './counter.ts'

const server = await usePostgres()

const rowsOf = (reader: string): CountRow[] =>
  Array.from({ length: 150 }, (_, index) => ({
    ...{ day: 1, source: `${reader} ${index}`, counter: 'refused', count: 1 },
  }))

describe.skipIf(server === undefined)('sources of a day', () => {
  test('share one room, though two partitions ask for it at the same time', async () => {
    const postgres = await openSchema(server!.url)
    await prepareInsights(postgres)
    const bounded = boundedSources()
    const counted = await postgres.transaction((tx) =>
      postgres.transaction((other) =>
        Promise.all([bounded(tx, rowsOf('a')), bounded(other, rowsOf('b'))]),
      ),
    )
    await postgres.close()
    const sources = new Set(counted.flat().map(({ source }) => source))
    expect(sources.size).toBe(201)
    expect(sources.has(OTHER_SOURCES)).toBe(true)
  })
})
