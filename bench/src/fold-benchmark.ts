import { fold } from '@ebb/customer/fold'
import { pack, unpack } from '@ebb/customer/packing'
import { SHOP } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale } from './benchmark.ts'
import { clickstream } from './clickstream.ts'
import { type CustomerStates, foldInto, type KeyedEvent, keyedEvent } from './keyed-events.ts'
import { pureWorkload } from './pure-workload.ts'

const { timeZone } = SHOP

/** What a history left, and what follows it. */
interface Present {
  readonly states: CustomerStates
  readonly live: readonly KeyedEvent[]
  /** The same as JSON. */
  readonly texts: readonly string[]
}

const presentOf = ({ events }: Scale): Present => {
  const stream = clickstream({ events, popularity: 'uniform' })
  const { history, live } = stream
  const past = stream.events(history).map((event) => keyedEvent(event, history))
  const states = foldInto(new Map(), past)
  const present = stream.events(live).toArray()
  return {
    states,
    live: present.map((event) => keyedEvent(event, live)),
    texts: present.map((event) => JSON.stringify(event)),
  }
}

const contestant = (name: string, passOver: (present: Present) => () => number): Contestant => ({
  name,
  isExtra: true,
  open: async ({ scale }) => pureWorkload(passOver(presentOf(scale))),
})

const parsing =
  ({ texts }: Present) =>
  () => {
    for (const text of texts) JSON.parse(text)
    return texts.length
  }

const folding =
  ({ states, live }: Present) =>
  () => {
    foldInto(new Map(states), live)
    return live.length
  }

const foldingPacked = ({ states, live }: Present) => {
  const before = [...states].map(([key, state]) => [key, pack(state)] as const)
  return () => {
    const packed = new Map(before)
    for (const { key, event, clock } of live) {
      const bytes = packed.get(key)
      const { state } = fold(bytes && unpack(bytes), event, { clock, timeZone })
      packed.set(key, pack(state))
    }
    return live.length
  }
}

/** The state of a customer alone, in memory: what it adds to reading an event. */
export const foldBenchmark: Benchmark = {
  name: 'fold and pack alone',
  against: contestant('JSON.parse of the event in the log', parsing),
  contestants: [contestant('fold', folding), contestant('unpack, fold, pack', foldingPacked)],
}
