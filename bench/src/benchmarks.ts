import type { Benchmark } from './benchmark.ts'
import { collectorBenchmarks } from './collector-benchmark.ts'
import { countersBenchmarks } from './counters-benchmark.ts'
import { couponsBenchmark } from './coupons-benchmark.ts'
import { customersBenchmarks } from './customers-benchmark.ts'
import { EMISSION } from './emission.ts'
import { fenceBenchmark } from './fence-benchmark.ts'
import { foldBenchmark } from './fold-benchmark.ts'
import { kafkaCollectorBenchmarks } from './kafka-collector-benchmark.ts'
import { kafkaStreamBenchmarks } from './kafka-stream-benchmark.ts'
import { pacedBenchmarks } from './paced-benchmark.ts'
import { processorBenchmarks } from './processor-benchmark.ts'
import { promotionBenchmark } from './promotion-benchmark.ts'
import { rebuildBenchmark } from './rebuild-benchmark.ts'
import { retentionBenchmarks } from './retention-benchmark.ts'
import { riskBenchmarks } from './risk-benchmark.ts'
import { SIZES } from './state-sizes.ts'
import { telemetryBenchmarks } from './telemetry-benchmark.ts'
import { timerBenchmarks } from './timer-benchmark.ts'
import { validationBenchmark } from './validation-benchmark.ts'
import { viewersBenchmark } from './viewers-benchmark.ts'
import { wholeBenchmark } from './whole-benchmark.ts'

/** Every benchmark, in the order of the table. */
export const BENCHMARKS: readonly Benchmark[] = [
  ...collectorBenchmarks,
  ...telemetryBenchmarks,
  ...processorBenchmarks,
  wholeBenchmark,
  foldBenchmark,
  validationBenchmark,
  ...riskBenchmarks,
  ...timerBenchmarks,
  promotionBenchmark,
  ...countersBenchmarks,
  fenceBenchmark,
  ...customersBenchmarks,
  rebuildBenchmark,
  ...kafkaCollectorBenchmarks,
  ...kafkaStreamBenchmarks,
  ...pacedBenchmarks,
  viewersBenchmark,
  ...retentionBenchmarks,
  couponsBenchmark,
]

/** What has tables of its own. */
const OTHERS = [SIZES, EMISSION]

/** Those that have a text in their name; none where only others have. Throws where nothing has. */
export const chosenBenchmarks = (only: string): readonly Benchmark[] => {
  const chosen = BENCHMARKS.filter(({ name }) => name.includes(only))
  if (chosen.length > 0 || OTHERS.some((name) => name.includes(only))) return chosen
  const names = [...BENCHMARKS.map(({ name }) => name), ...OTHERS].join('\n  ')
  throw new Error(`No benchmark has "${only}" in its name; there are:\n  ${names}`)
}
