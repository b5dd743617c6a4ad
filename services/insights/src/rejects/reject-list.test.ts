import { rejectRecord } from '@ebb/contracts/reject-record'
import { REJECTS } from '@ebb/contracts/topics'
import { describe, expect, test } from 'vitest'
import { append, waitingLog } from '../insights-fixture.ts'
import { listRejects } from './reject-list.ts'

const reject = (source: string, code: string, receivedAt: number) => {
  const where = `collector /v1/batch [${receivedAt}]`
  const payload = Buffer.from(`{"at":${receivedAt}}\u0007`)
  const record = rejectRecord({ source, code, message: 'm', where, receivedAt, payload })
  return { key: source, value: Buffer.from(JSON.stringify(record)) }
}

describe('rejects', () => {
  const log = waitingLog()
  const filled = append(log, REJECTS, [
    reject('web', 'EBB_A', 1),
    reject('crm', 'EBB_B', 5),
    reject('web', 'EBB_B', 3),
    reject('web', 'EBB_B', 3),
    { key: 'web', value: Buffer.from('not JSON') },
    reject('web', 'EBB_A', 4),
  ])

  test('come the latest first, each once, with what they were', async () => {
    await filled
    const page = await listRejects(log, { limit: 3 })
    expect(page.rejects.map(({ receivedAt }) => Date.parse(receivedAt))).toEqual([5, 4, 3])
    expect(page.rejects[1]).toMatchObject({
      ...{ source: 'web', code: 'EBB_A', message: 'm', where: 'collector /v1/batch [4]' },
      ...{ payload: '{"at":4}\\u0007', payloadBytes: 9 },
    })
    expect(page.sources).toEqual(['crm', 'web'])
    expect(page.codes).toEqual([
      { code: 'EBB_A', count: 2 },
      { code: 'EBB_B', count: 2 },
    ])
  })

  test('of one source and code are found, with the counts of the source', async () => {
    await filled
    const page = await listRejects(log, { source: 'web', code: 'EBB_B', limit: 9 })
    expect(page.rejects.map(({ receivedAt }) => Date.parse(receivedAt))).toEqual([3])
    expect(page.codes).toEqual([
      { code: 'EBB_A', count: 2 },
      { code: 'EBB_B', count: 1 },
    ])
    expect(page.sources).toEqual(['crm', 'web'])
  })

  test('that are older than what is looked at are left out', async () => {
    const long = waitingLog()
    const many = Array.from({ length: 250 }, (_, at) => reject('web', 'EBB_A', at))
    await append(long, REJECTS, many)
    const { rejects, codes } = await listRejects(long, { limit: 500 })
    expect([rejects.length, codes]).toEqual([200, [{ code: 'EBB_A', count: 200 }]])
    expect(Date.parse(rejects[0]!.receivedAt)).toBe(249)
  })
})
