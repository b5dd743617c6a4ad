import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Benchmark,
  type Contestant,
  contestantsOf,
  type Engines,
  type Measure,
  type Scale,
} from './benchmark.ts'
import { startContestant } from './running-contestant.ts'

/** All rounds of one contestant that count, in their order. */
export interface ContestantRounds {
  readonly contestant: Contestant
  readonly measures: readonly Measure[]
}

/** How a benchmark is run. */
export interface RunSettings {
  readonly scale: Scale
  /** Empty; contestants keep their files below it. */
  readonly folder: string
  readonly engines: Engines
}

/**
 * Runs the rounds of a benchmark interleaved, limit first: A B C, A B C … What the machine does
 * beside them meets all of them alike.
 */
export const runBenchmark = async (
  benchmark: Benchmark,
  { scale, folder, engines }: RunSettings,
): Promise<readonly ContestantRounds[]> => {
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  await benchmark.prepare?.({ shared, scale, engines })
  const running = await Promise.all(
    contestantsOf(benchmark).map((contestant, index) =>
      startContestant(benchmark.name, contestant, {
        scale,
        shared,
        engines,
        folder: join(folder, `${index}`),
      }),
    ),
  )
  const measures = running.map((): Measure[] => [])
  for (let round = 0; round < scale.warmUps + scale.rounds; round += 1) {
    const bodies = benchmark.bodies?.(round, scale) ?? []
    for (const [index, each] of running.entries()) {
      const measure = await each.round(round, bodies)
      if (round >= scale.warmUps) measures[index]!.push(measure)
    }
  }
  await Promise.all(running.map((each) => each.close()))
  return running.map(({ contestant }, index) => ({ contestant, measures: measures[index]! }))
}
