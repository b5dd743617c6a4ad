import { canonicalise } from '@ebb/collector/canonical-form'
import { structuralFault } from '@ebb/collector/native-event'
import { requestBodies } from './bench-collector.ts'
import { BEGIN, intakeContext } from './bench-shop.ts'
import type { Benchmark, Contestant, Scale } from './benchmark.ts'
import { pureWorkload } from './pure-workload.ts'

const BATCH = 50
const CONTEXT = intakeContext(BEGIN)

/** Bodies as the collector gets them. */
const bodiesOf = ({ events }: Scale): readonly string[] =>
  requestBodies({
    name: 'validation',
    events,
    size: BATCH,
    customers: events,
    popularity: 'uniform',
    sentAt: BEGIN,
  })

const itemsIn = (body: string): readonly unknown[] => JSON.parse(body).batch

/** Runs `each` on every event of the bodies; throws where one is refused. */
const perItem = (name: string, isRefused: (item: unknown) => boolean): Contestant => ({
  name,
  isExtra: true,
  open: async ({ scale }) => {
    const items = bodiesOf(scale).flatMap(itemsIn)
    return pureWorkload(() => {
      for (const item of items) if (isRefused(item)) throw new Error(`${name} refused an event`)
      return items.length
    })
  },
})

const parsing: Contestant = {
  name: 'JSON.parse of a batch of 50',
  open: async ({ scale }) => {
    const bodies = bodiesOf(scale)
    return pureWorkload(() => {
      for (const body of bodies) JSON.parse(body)
      return bodies.length * BATCH
    })
  },
}

/** What the collector does with parsed events, on top of parsing them. */
export const validationBenchmark: Benchmark = {
  name: 'validation alone',
  against: parsing,
  contestants: [
    {
      ...perItem('schema check', (item) => structuralFault(item) !== undefined),
      goal: '≤ +5 %',
    },
    perItem(
      'canonical form, schema check included',
      (item) => 'refused' in canonicalise(item, CONTEXT),
    ),
  ],
}
