import { expect, test } from 'vitest'
import { BENCH_USAGE, benchOptions } from './bench-options.ts'
import { chosenBenchmarks } from './benchmarks.ts'

test('a run has at least five rounds that count unless told otherwise', () => {
  expect(benchOptions([])!.scale.rounds).toBeGreaterThanOrEqual(5)
  expect(benchOptions(['--rounds', '11'])!.scale.rounds).toBe(11)
})

test('a number of rounds that is none is refused', () => {
  for (const rounds of ['0', '2.5', 'many', ''])
    expect(() => benchOptions([`--rounds=${rounds}`])).toThrow('--rounds takes a whole number')
})

test('who asks for help is told every option, and nothing runs', () => {
  for (const ask of ['--help', '-h']) expect(benchOptions([ask])).toBeUndefined()
  for (const option of BENCH_USAGE.match(/(?<=^ {2})--[a-z-]+/gm)!)
    expect(() => benchOptions([option, '1'])).not.toThrow(`Unknown option '${option}'`)
})

test('a choice that no benchmark meets is answered with their names', () => {
  expect(() => chosenBenchmarks('nothing')).toThrow('fold and pack alone')
})
