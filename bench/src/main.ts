// npm run bench: what the parts of Ebb cost, each against the bare limit of its job.
//   --rounds N    rounds that count (5)         --only TEXT   benchmarks with this in their name
//   --quick       a little of everything        --json        for machines
// Starts every contestant in a process of its own and runs their rounds in turn. Keeps its files in
// a temporary folder that goes with it. Writes to standard output.
// Guarantees: one benchmark at a time; what is compared is of one interleaved run.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchOptions, benchOptions } from './bench-options.ts'
import { chosenBenchmarks } from './benchmarks.ts'
import { type Result, resultsOf } from './results.ts'
import { runBenchmark } from './run-benchmark.ts'
import { stateSizes } from './state-sizes.ts'
import { jsonReport, textReport } from './tables.ts'

const measure = async ({ scale, only }: BenchOptions): Promise<readonly Result[]> => {
  const benchmarks = chosenBenchmarks(only)
  const root = mkdtempSync(join(tmpdir(), 'ebb-bench-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  process.once('SIGINT', () => process.exit(130))
  const results: Result[] = []
  for (const [index, benchmark] of benchmarks.entries()) {
    process.stderr.write(`${benchmark.name} …\n`)
    const folder = join(root, `${index}`)
    mkdirSync(folder)
    const rounds = await runBenchmark(benchmark, { scale, folder })
    results.push(...resultsOf(benchmark.name, rounds))
  }
  return results
}

const main = async (): Promise<void> => {
  const options = benchOptions(process.argv.slice(2))
  const sizes = await stateSizes()
  const report = { scale: options.scale, results: await measure(options), sizes }
  process.stdout.write(options.json ? jsonReport(report) : textReport(report))
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
