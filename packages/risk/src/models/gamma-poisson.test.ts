import fc from 'fast-check'
import { expect, it } from 'vitest'
import { logNoEvent, quietWait, someEvent, waitOf } from './gamma-poisson.ts'

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyProcess = fc.record({ shape: positive(0.05, 100), rate: positive(0.1, 1000) })

it('finds the wait in which no event has a given probability', () => {
  fc.assert(
    fc.property(anyProcess, positive(0.001, 0.999), (process, theta) => {
      const wait = waitOf(process, theta)
      fc.pre(wait < 1e12)
      expect(Math.abs(Math.exp(logNoEvent(process, wait)) - theta)).toBeLessThan(1e-12)
      expect(someEvent(process, wait)).toBeCloseTo(1 - theta, 12)
    }),
  )
})

it('finds the silence after which a further one of the horizon has a given probability', () => {
  fc.assert(
    fc.property(anyProcess, positive(0.01, 0.99), positive(0.1, 60), (process, theta, horizon) => {
      const wait = quietWait(process, theta, horizon)
      const later = { ...process, rate: process.rate + wait }
      const quiet = Math.exp(logNoEvent(later, horizon))
      if (wait > 0) expect(Math.abs(quiet - theta)).toBeLessThan(1e-9)
      else expect(quiet).toBeGreaterThanOrEqual(theta - 1e-12)
    }),
  )
})

it('keeps the digits of an event that is hardly likely', () => {
  expect(someEvent({ shape: 2, rate: 1 }, 1e-20)).toBeCloseTo(2e-20, 30)
})
