import { type TimerQueue, timerQueue } from '@ebb/streaming/timer-queue'
import type { Benchmark, Contestant, Scale } from './benchmark.ts'
import { pureWorkload } from './pure-workload.ts'

/** Of one partition; 1,000,000 a pass in a full run. */
const eventsIn = ({ events }: Scale): number => events * 50

/** Events between two ticks. */
const TICK_EVERY = 5_000

/** Handles events one by one, numbered through all passes: their number is the clock. */
const eachEvent = (name: string, begin: () => (event: number) => void): Contestant => ({
  name,
  open: async ({ scale }) => {
    const handle = begin()
    let clock = 0
    return pureWorkload(() => {
      const end = clock + eventsIn(scale)
      for (; clock < end; clock += 1) handle(clock)
      return eventsIn(scale)
    })
  },
})

const timersOf = (customers: number): Benchmark => {
  const keys = Array.from({ length: customers }, (_, place) => `u:${place}`)
  /** One customer after the other, as if by chance: the step has no divisor in common with them. */
  const keyOf = (event: number): string => keys[(event * 61_803) % customers]!
  /** In events: each customer has ten within it. */
  const silence = customers * 10
  const armed = (): TimerQueue => {
    const timers = timerQueue()
    for (const [place, key] of keys.entries()) timers.arm(key, silence + place)
    return timers
  }
  const rearm = eachEvent('re-arm', () => {
    const timers = armed()
    return (event) => timers.arm(keyOf(event), event + silence)
  })
  const rearmAndLook = eachEvent('re-arm; each tick asks for the first', () => {
    const timers = armed()
    return (event) => {
      timers.arm(keyOf(event), event + silence)
      if (event % TICK_EVERY === 0) timers.firstDue(event + TICK_EVERY)
    }
  })
  return {
    name: `timers of ${customers.toLocaleString('en-US')} customers`,
    against: eachEvent('keep the instant in a map', () => {
      const instants = new Map<string, number>()
      return (event) => void instants.set(keyOf(event), event)
    }),
    contestants: [{ ...rearm, goal: '≤ .05 µs' }, rearmAndLook],
  }
}

/** What an event costs because silence is waited for: each one puts off its customer's timer. */
export const timerBenchmarks: readonly Benchmark[] = [4_000, 100_000].map(timersOf)
