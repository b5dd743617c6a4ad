// One contestant, alone in a process of its own: nothing that another one leaves behind (compiled
// code, heap, files) can help or harm it. It is started and told what to do by running-contestant.ts.
import { once } from 'node:events'
import { contestantsOf, type OwnMeasure, type Round, type Setting } from './benchmark.ts'
import { BENCHMARKS } from './benchmarks.ts'
import type { FromContestant, ToContestant } from './contestant-messages.ts'

const say = (message: FromContestant): void => {
  process.send!(message)
}

const hear = async (): Promise<ToContestant> => (await once(process, 'message'))[0]

const load = async (): Promise<void> => {
  say({ say: 'load' })
  await hear()
}

const MIB = 1_024 * 1_024

const measured = async (round: Round): Promise<OwnMeasure> => {
  // What came before is not to be collected at the cost of this round.
  globalThis.gc?.()
  const cpuBefore = process.cpuUsage()
  const begunAt = performance.now()
  const events = await round.run(load)
  const { user, system } = process.cpuUsage(cpuBefore)
  const wallMs = performance.now() - begunAt
  await round.end?.()
  return {
    events,
    cpuMs: (user + system) / 1_000,
    wallMs,
    residentMiB: process.memoryUsage.rss() / MIB,
  }
}

const main = async (): Promise<void> => {
  const [benchmarkName, name, setting] = process.argv.slice(2) as [string, string, string]
  const benchmark = BENCHMARKS.find((each) => each.name === benchmarkName)!
  const contestant = contestantsOf(benchmark).find((each) => each.name === name)!
  const workload = await contestant.open(JSON.parse(setting) as Setting)
  say({ say: 'ready', ...(workload.target && { target: workload.target }) })
  for (let told = await hear(); told.say === 'round'; told = await hear()) {
    const round = await workload.prepare(told.round)
    say({ say: 'measured', measure: await measured(round) })
  }
  await workload.close()
  process.disconnect()
}

// Without its parent it has nobody to measure for.
process.once('disconnect', () => process.exit())
await main()
