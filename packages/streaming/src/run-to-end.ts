import { runProcessor } from './processor.ts'
import type { ProcessorDefinition } from './processor-definition.ts'
import type { ProcessorObserver, ProcessorOptions, ProcessorPorts } from './processor-options.ts'

/**
 * Runs a processor, as the only member of its group, until its states stand at the end of the
 * input, then stops it. Throws the halt where there is one.
 */
export const runProcessorToEnd = async <State>(
  definition: ProcessorDefinition<State>,
  { log, store }: ProcessorPorts,
  { observer = {}, ...options }: Omit<ProcessorOptions, 'onHalt'> = {},
): Promise<void> => {
  const partitions = await log.partitions(definition.input)
  const acquired = new Set<number>()
  const owned = Promise.withResolvers<void>()
  const done = Promise.withResolvers<void>()
  // It may be rejected before anybody waits for it.
  done.promise.catch(() => {})
  const check = async (): Promise<void> => {
    for (let partition = 0; partition < partitions; partition += 1) {
      const { end } = await log.read({ topic: definition.input, partition }, 0, 0)
      if (((await store.read(partition, [])).position?.offset ?? 0) < end) return
    }
    done.resolve()
  }
  const watch: ProcessorObserver = {
    ...observer,
    acquired: (event) => {
      observer.acquired?.(event)
      acquired.add(event.partition)
      if (acquired.size === partitions) owned.resolve()
    },
    committed: (commit) => {
      observer.committed?.(commit)
      check().catch(done.reject)
    },
  }
  const running = await runProcessor(
    definition,
    { log, store },
    { ...options, observer: watch, onHalt: done.reject },
  )
  try {
    // Before all partitions are owned, an end that was reached long ago would say nothing.
    await Promise.race([owned.promise, done.promise])
    await check()
    await done.promise
  } finally {
    await running.stop()
  }
}
