import { describe, expect, test } from 'vitest'
import { type PlantedBug, simulate } from './simulation.ts'

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1)

const isFaithful = async (seed: number, bug?: PlantedBug): Promise<boolean> => {
  const { faulty, clean } = await simulate(seed, bug)
  return JSON.stringify(faulty) === JSON.stringify(clean)
}

describe('the processor among crashes, copies, delays, zombies and changes of owner', () => {
  test.each(SEEDS)('leaves what a fault-free fold over its log gives (seed %i)', async (seed) => {
    const { faulty, clean } = await simulate(seed)
    expect(faulty).toEqual(clean)
  })

  test('takes the same steps for the same seed', async () => {
    expect((await simulate(7)).trace).toEqual((await simulate(7)).trace)
  })

  test('meets what it claims to meet: kills, repetitions, fences and several owners', async () => {
    const lines = (await Promise.all([1, 2, 3].map((seed) => simulate(seed)))).flatMap(
      (r) => r.trace,
    )
    expect(lines.filter((line) => line.endsWith('killed')).length).toBeGreaterThan(5)
    expect(lines.filter((line) => line.includes(' wait')).length).toBeGreaterThan(5)
    expect(new Set(lines.map((line) => line.split(' ')[0])).size).toBeGreaterThan(5)
  })
})

describe('a planted bug is caught within the 200 seeds', () => {
  test.each(['commit-before-publish', 'missing-fence', 'wall-clock-timers'] as const)(
    '%s',
    async (bug) => {
      for (const seed of SEEDS) if (!(await isFaithful(seed, bug))) return
      expect.fail(`no seed noticed ${bug}`)
    },
  )
})
