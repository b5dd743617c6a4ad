// One contestant, alone in a process of its own: nothing that another one leaves behind (compiled
// code, heap, files) can help or harm it. It is started and told what to do by running-contestant.ts.
import { once } from 'node:events'
import {
  type Benchmark,
  contestantsOf,
  type OwnMeasure,
  type Round,
  type Setting,
  type Workload,
} from './benchmark.ts'
import { BENCHMARKS } from './benchmarks.ts'
import type { FromContestant, ToContestant } from './contestant-messages.ts'
import { cpuMsOf } from './process-cpu.ts'

const say = (message: FromContestant): void => {
  process.send!(message)
}

const hear = async (): Promise<ToContestant> => (await once(process, 'message'))[0]

const load = async (): Promise<void> => {
  say({ say: 'load' })
  await hear()
}

const MIB = 1_024 * 1_024

const ENGINE_NAMES = { kafka: 'Kafka', redis: 'Redis', postgres: 'PostgreSQL' } as const

/** Process ids of all that works for a contestant, by name. */
const besideOf = (
  { needs = [] }: Benchmark,
  { engines }: Setting,
  { helpers }: Workload,
): Readonly<Record<string, number>> => ({
  ...helpers,
  ...Object.fromEntries(needs.map((name) => [ENGINE_NAMES[name], engines[name]!.pid])),
})

const cpuMsOfAll = (pids: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMsOf(pid)]))

const measured = async (
  round: Round,
  beside: Readonly<Record<string, number>>,
): Promise<OwnMeasure> => {
  // What came before is not to be collected at the cost of this round.
  globalThis.gc?.()
  const besideBefore = cpuMsOfAll(beside)
  const cpuBefore = process.cpuUsage()
  const begunAt = performance.now()
  const events = await round.run(load)
  const { user, system } = process.cpuUsage(cpuBefore)
  const wallMs = performance.now() - begunAt
  const besideAfter = cpuMsOfAll(beside)
  await round.end?.()
  return {
    events,
    cpuMs: (user + system) / 1_000,
    besideCpuMs: Object.fromEntries(
      Object.entries(besideAfter).map(([name, ms]) => [name, ms - besideBefore[name]!]),
    ),
    wallMs,
    residentMiB: process.memoryUsage.rss() / MIB,
    delaysMs: round.delaysMs?.() ?? {},
    heard: round.heard?.() ?? [],
  }
}

const main = async (): Promise<void> => {
  const [benchmarkName, name, json] = process.argv.slice(2) as [string, string, string]
  const benchmark = BENCHMARKS.find((each) => each.name === benchmarkName)!
  const contestant = contestantsOf(benchmark).find((each) => each.name === name)!
  const setting = JSON.parse(json) as Setting
  const workload = await contestant.open(setting)
  const beside = besideOf(benchmark, setting, workload)
  say({ say: 'ready', ...(workload.target && { target: workload.target }) })
  for (let told = await hear(); told.say === 'round'; told = await hear()) {
    const round = await workload.prepare(told.round)
    say({ say: 'measured', measure: await measured(round, beside) })
  }
  await workload.close()
  process.disconnect()
}

// Without its parent it has nobody to measure for.
process.once('disconnect', () => process.exit())
await main()
