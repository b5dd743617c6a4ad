import { usePostgres } from '@ebb/testkit/engines'
import { describe, expect, test } from 'vitest'
import { identifyRecord, openSchema } from '../insights-fixture.ts'
import { prepareInsights } from '../read-models.ts'
import { handleProfiles } from './profile-reader.ts'
import { readProfiles } from './profile-rows.ts'

const server = await usePostgres()

describe.skipIf(server === undefined)('what identify events say', () => {
  test('is kept beside one whose id or customer PostgreSQL cannot keep', async () => {
    const postgres = await openSchema(server!.url)
    await prepareInsights(postgres)
    const traits = { plan: 'gold' }
    const records = [
      identifyRecord('ann', { id: 'half a pair: \ud800', traits: { plan: 'none' } }),
      identifyRecord('bob\u0000', { id: 'e1', traits }),
      identifyRecord('ann', { id: 'e2', traits }),
    ].map((record, offset) => ({ offset, appendedAt: 0, headers: {}, ...record }))
    await postgres.transaction((tx) => handleProfiles(tx, records))
    const profiles = await readProfiles(postgres, ['u:ann', 'u:bob'])
    await postgres.close()
    expect([...profiles.keys()]).toEqual(['u:ann'])
    expect(profiles.get('u:ann')!.get('plan')![0]).toBe('gold')
  })
})
