import { REJECTS } from '@ebb/contracts/topics'
import { TransientError } from '@ebb/streaming/faults'
import { onlyGeneration } from '@ebb/streaming/generation'
import { usePostgres } from '@ebb/testkit/engines'
import { expect, test } from 'vitest'
import { type Rig, startRig, waitingLog } from './insights-fixture.ts'

const server = await usePostgres()

const withRig = async (over: Parameters<typeof startRig>[1], look: (rig: Rig) => Promise<void>) => {
  const rig = await startRig(server!.url, over)
  await look(rig)
  await rig.stop()
}
const codeOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { error: { code: string } }).error.code

test.skipIf(server === undefined)('an engine that is away is told as such', async () => {
  const log = waitingLog()
  const read: typeof log.read = async (from, offset, limit) => {
    if (from.topic === REJECTS) throw new TransientError('EBB_KAFKA_AWAY', 'no broker answers')
    return log.read(from, offset, limit)
  }
  const generations = onlyGeneration({ generation: 0, log: { ...log, read } })
  await withRig({ ports: { generations } }, async (rig) => {
    const answer = await rig.get('/api/rejects')
    expect([answer.status, await codeOf(answer)]).toEqual([503, 'EBB_INSIGHTS_AWAY'])
  })
})

test.skipIf(server === undefined)('a fault of ours stays ours', async () => {
  const log = waitingLog()
  const read = async () => {
    throw new Error('a defect')
  }
  const generations = onlyGeneration({ generation: 0, log: { ...log, read } })
  await withRig({ ports: { generations } }, async (rig) => {
    const answer = await rig.get('/api/rejects')
    expect([answer.status, await codeOf(answer)]).toEqual([500, 'EBB_HTTP_INTERNAL'])
  })
})

test.skipIf(server === undefined)('what is not of the API is not found, and is ready', async () => {
  await withRig({}, async (rig) => {
    expect((await rig.get('/api/nothing')).status).toBe(404)
    expect((await rig.get('/readyz')).status).toBe(200)
    expect((await rig.get('/')).status).toBe(503)
    const answer = await rig.get('/api/session')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })
})
