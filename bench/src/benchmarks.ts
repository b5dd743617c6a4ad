import type { Benchmark } from './benchmark.ts'
import { collectorBenchmarks } from './collector-benchmark.ts'
import { foldBenchmark } from './fold-benchmark.ts'
import { processorBenchmarks } from './processor-benchmark.ts'
import { validationBenchmark } from './validation-benchmark.ts'
import { wholeBenchmark } from './whole-benchmark.ts'

/** Every benchmark, in the order of the table. */
export const BENCHMARKS: readonly Benchmark[] = [
  ...collectorBenchmarks,
  ...processorBenchmarks,
  wholeBenchmark,
  foldBenchmark,
  validationBenchmark,
]

/** Those that have a text in their name. Throws where there is none. */
export const chosenBenchmarks = (only: string): readonly Benchmark[] => {
  const chosen = BENCHMARKS.filter(({ name }) => name.includes(only))
  if (chosen.length > 0) return chosen
  const names = BENCHMARKS.map(({ name }) => name).join('\n  ')
  throw new Error(`No benchmark has "${only}" in its name; there are:\n  ${names}`)
}
