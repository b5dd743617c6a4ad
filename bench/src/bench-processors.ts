import { featuresDefinition } from '@ebb/features/features-definition'
import { scorerDefinition } from '@ebb/scorer/scorer-definition'
import { SHIPPED_SCORING } from '@ebb/scorer/shipped-model'
import type { OwnedEngines } from '@ebb/streaming/engines'
import { runProcessor } from '@ebb/streaming/processor'
import type { ProcessorDefinition } from '@ebb/streaming/processor-definition'
import type { ProcessorObserver, ProcessorPorts } from '@ebb/streaming/processor-options'
import { type StateCaches, stateCaches } from '@ebb/streaming/state-cache'
import { SHOP } from './bench-shop.ts'

/** A processor, or several, that run in this process. */
export interface RunningProcessors {
  /** Resolves when the clock of every partition of the last one stands at `instant` or later. */
  reached(instant: number): Promise<void>
  stop(): Promise<void>
}

/** Starts processors on the engines of a data folder, as `ebb up` does. */
export const startProcessors = async (
  { log, store }: OwnedEngines,
  which: 'features' | 'features and scorer',
): Promise<RunningProcessors> => {
  const caches = stateCaches()
  const onStore = <State>(definition: ProcessorDefinition<State>) =>
    startBenchProcessor({ log, store: store(definition.name) }, definition, caches)
  const features = await onStore(featuresDefinition(SHOP))
  if (which === 'features') return features
  const scorer = await onStore(scorerDefinition(SHIPPED_SCORING))
  return {
    reached: scorer.reached,
    stop: async () => {
      await features.stop()
      await scorer.stop()
    },
  }
}

/** Starts one processor. */
export const startBenchProcessor = async <State>(
  ports: ProcessorPorts,
  definition: ProcessorDefinition<State>,
  caches: StateCaches,
): Promise<RunningProcessors> => {
  const watch = clockWatch(await ports.log.partitions(definition.input))
  const { stop } = await runProcessor(definition, ports, {
    caches,
    observer: watch.observer,
    // A benchmark cannot go on without its subject.
    onHalt: (error) => {
      throw error
    },
  })
  return { reached: watch.reached, stop }
}

const clockWatch = (partitions: number) => {
  const clocks = new Array<number>(partitions).fill(0)
  let awaited = Number.POSITIVE_INFINITY
  let resolve = (): void => {}
  const check = (): void => {
    if (Math.min(...clocks) >= awaited) resolve()
  }
  const heard = ({ partition, clock }: { partition: number; clock: number }): void => {
    clocks[partition] = clock
    check()
  }
  const observer: ProcessorObserver = { acquired: heard, committed: heard }
  const reached = (instant: number): Promise<void> =>
    new Promise((done) => {
      awaited = instant
      resolve = done
      check()
    })
  return { observer, reached }
}
