import { EVENTS } from '@ebb/contracts/topics'
import { runProcessor } from '@ebb/streaming/processor'
import type { ProcessorPorts } from '@ebb/streaming/processor-options'
import { featuresDefinition } from './features-definition.ts'
import { PARTITIONS, SHOP } from './features-fixture.ts'

/** Runs the processor until its states stand at the end of all events, then stops it. */
export const runToEnd = async ({ log, store }: ProcessorPorts): Promise<void> => {
  const done = Promise.withResolvers<void>()
  const check = async (): Promise<void> => {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const { end } = await log.read({ topic: EVENTS, partition }, 0, 0)
      const { position } = await store.read(partition, [])
      if ((position?.offset ?? 0) < end) return
    }
    done.resolve()
  }
  const observer = { committed: () => void check().catch(done.reject) }
  const options = { observer, onHalt: done.reject }
  const running = await runProcessor(featuresDefinition(SHOP), { log, store }, options)
  await check()
  await done.promise.finally(() => running.stop())
}
