import type { Workload } from './benchmark.ts'

/** One pass alone is too short for a compiler to settle in the rounds that do not count. */
const PASSES = 3

/** A workload that only computes. `pass` does its work once and gives the number of events. */
export const pureWorkload = (pass: () => number): Workload => ({
  prepare: async () => ({
    run: async () => {
      let events = 0
      for (let done = 0; done < PASSES; done += 1) events += pass()
      return events
    },
  }),
  close: async () => {},
})
