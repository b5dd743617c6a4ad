import { topicsOf } from '@ebb/contracts/topics'
import { TransientError } from '@ebb/streaming/faults'
import { memoryEventLog } from '@ebb/streaming/memory-event-log'
import { expect, test } from 'vitest'
import { beginInstallation, putInForce } from './installation.ts'
import { watchGeneration } from './watch-generation.ts'

test('a service ends when another generation is in force, and not while the log is away', async () => {
  const log = memoryEventLog({ topics: topicsOf(2), now: () => 0 })
  const begun = await beginInstallation(log, {
    ...{ timeZone: 'UTC', currency: 'EUR', partitions: 2, kind: 'live', begunAt: 0 },
  })
  const halted = Promise.withResolvers<Error>()
  const looked = Promise.withResolvers<void>()
  let looks = 0
  const flaky = {
    read: async (...slice: Parameters<typeof log.read>) => {
      looks += 1
      if (looks === 1) throw new TransientError('EBB_LOG_AWAY', 'nobody answers')
      if (looks === 4) looked.resolve()
      return log.read(...slice)
    },
  }
  const watched = { log: flaky, generation: 0, onHalt: halted.resolve, lookEveryMs: 1 }
  const stop = watchGeneration(watched)
  await looked.promise
  await putInForce(log, { ...begun, generation: 1 })
  await expect(halted.promise).resolves.toMatchObject({ code: 'EBB_GENERATION_SUPERSEDED' })
  stop()
})
