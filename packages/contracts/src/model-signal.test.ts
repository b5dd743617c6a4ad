import { describe, expect, test } from 'vitest'
import { MessageError } from './message-codec.ts'
import {
  compareModelSignals,
  type ModelSignal,
  modelSignalCodec,
  modelSignalRecord,
} from './model-signal.ts'

const threshold = (share: number) => ({ share, floor: 0 })
const policy = {
  ...{ horizonDays: 90, hysteresis: 0.05, lostAfterHeavy: 2, lostAfterOrder: 4 },
  ...{ light: threshold(0.3), moderate: threshold(0.5), heavy: threshold(0.7) },
}
const signal: ModelSignal = {
  ...{ version: 'mbg-7', at: 1_800_000_000_000, policy },
  model: { kind: 'mbg-nbd', parameters: { r: 0.5, alpha: 6, a: 0.9, b: 1.6 } },
  spend: { kind: 'gamma-gamma', p: 6.2, q: 3.7, v: 15.4 },
}
const decoded = (over: object): ModelSignal =>
  modelSignalCodec.decode(Buffer.from(JSON.stringify({ ...signal, ...over })))

describe('the promotion of a model', () => {
  test('is read as it was written', () => {
    const { key, value } = modelSignalRecord(signal)
    expect(key).toBe('~model')
    expect(modelSignalCodec.decode(value)).toEqual(signal)
  })

  test.each([
    ['without a version', { version: '' }],
    ['of an unknown kind', { model: { kind: 'forest', parameters: {} } }],
    ['with parameters of another kind', { model: { ...signal.model, kind: 'pareto-nbd' } }],
    [
      'with a parameter that no model can have',
      { model: { kind: 'bg-nbd', parameters: { r: 0, alpha: 1, a: 1, b: 1 } } },
    ],
    ['with a share above 1', { policy: { ...policy, heavy: threshold(1.1) } }],
    ['with tiers that do not rise', { policy: { ...policy, light: threshold(0.6) } }],
    ['at no instant', { at: -1 }],
  ])('%s is refused', (_what, over) => {
    expect(() => decoded(over)).toThrow(MessageError)
  })

  test('counts by the instant of its decision, then by its version', () => {
    const { at, version } = signal
    const all = [
      { at: at - 1, version: 'z' },
      { at, version },
      { at, version: 'mbg-8' },
    ]
    expect(all.toReversed().sort(compareModelSignals)).toEqual(all)
    expect(compareModelSignals(signal, { ...signal })).toBe(0)
  })
})
