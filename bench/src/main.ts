// npm run bench: what the parts of Ebb cost, each against the bare limit of its job.
// `--help` has its options.
// Starts every contestant in a process of its own and runs their rounds in turn; brings up a
// broker, a Redis and a PostgreSQL on loopback for those that need them. Keeps all files in temporary folders that go
// with it. Writes to standard output.
// Guarantees: one benchmark at a time; what is compared is of one interleaved run; what was left out
// for want of an engine is said.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBenchEngines } from './bench-engines.ts'
import { BENCH_USAGE, benchOptions } from './bench-options.ts'
import type { Benchmark, EngineName, Engines, Scale } from './benchmark.ts'
import { chosenBenchmarks } from './benchmarks.ts'
import { EMISSION, emissions } from './emission.ts'
import { type Result, resultsOf } from './results.ts'
import { runBenchmark } from './run-benchmark.ts'
import { SIZES, stateSizes } from './state-sizes.ts'
import { jsonReport, textReport } from './tables.ts'

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

const measure = async (
  benchmarks: readonly Benchmark[],
  scale: Scale,
  engines: Engines,
): Promise<readonly Result[]> => {
  const root = mkdtempSync(join(tmpdir(), 'ebb-bench-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  const results: Result[] = []
  for (const [index, benchmark] of benchmarks.entries()) {
    say(`${benchmark.name} …`)
    const folder = join(root, `${index}`)
    mkdirSync(folder)
    const rounds = await runBenchmark(benchmark, { scale, folder, engines })
    results.push(...resultsOf(benchmark.name, rounds))
  }
  return results
}

const enginesFor = (benchmarks: readonly Benchmark[], withSizes: boolean) =>
  new Set<EngineName>([
    ...benchmarks.flatMap(({ needs = [] }) => needs),
    ...(withSizes ? (['redis'] as const) : []),
  ])

const main = async (): Promise<void> => {
  const options = benchOptions(process.argv.slice(2))
  if (options === undefined) return void process.stdout.write(BENCH_USAGE)
  const { scale, only } = options
  const withSizes = SIZES.includes(only)
  const chosen = chosenBenchmarks(only)
  process.once('SIGINT', () => process.exit(130))
  const wanted = options.engines ? enginesFor(chosen, withSizes) : new Set<EngineName>()
  const { engines, missing, stop } = await startBenchEngines(wanted)
  for (const [name, why] of Object.entries(missing)) say(`LEFT OUT, what needs ${name}: ${why}`)
  const possible = chosen.filter(({ needs = [] }) => needs.every((name) => engines[name]))
  const sizes = withSizes ? await stateSizes(engines.redis?.url) : []
  const told = EMISSION.includes(only) ? await emissions(scale) : []
  const results = await measure(possible, scale, engines)
  const report = { scale, results, sizes, emissions: told, missing }
  await stop()
  process.stdout.write(options.json ? jsonReport(report) : textReport(report))
}

main().catch((error: Error) => {
  say(error.message)
  // Contestants that are still there would wait for their next round.
  process.exit(1)
})
