import type { LogRecord } from './event-log.ts'
import { HaltError } from './faults.ts'
import type { Moment, Outcome, Output, ProcessorDefinition } from './processor-definition.ts'

/** State of the silence counter: integers only. */
export interface SilenceCount {
  readonly events: number
  /** Clock at the last event. */
  readonly heardAt: number
  /** Clock of the last event for which silence was announced; 0 before the first. */
  readonly announcedFor: number
  /** Ids of all events: a copy changes nothing. */
  readonly seen: readonly string[]
}

/** Topics of the silence counter. */
export const COUNTER_TOPICS = { input: 'counter.in', output: 'counter.out', rejects: 'counter.no' }

/** A key is silent when its clock has moved on by this much since its last event, unless told else. */
export const COUNTER_SILENCE = 100

/** Of a record whose value is how long a key must be silent from now on, for all keys. */
export const PATIENCE_KEY = '~patience'

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8')
const decode = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'))

const output = (key: string, id: string, value: unknown): Output => ({
  topic: COUNTER_TOPICS.output,
  key,
  id,
  value: encode(value),
})

const handle = (
  before: SilenceCount | undefined,
  record: LogRecord,
  { clock }: Moment<number>,
): Outcome<SilenceCount, number> => {
  const id = Buffer.from(record.value).toString('utf8')
  if (record.key === PATIENCE_KEY) return { shared: Number(id) }
  if (id.startsWith('poison')) return { refusal: { code: 'EBB_TEST_POISON', message: id } }
  const state = before ?? { events: 0, heardAt: 0, announcedFor: 0, seen: [] }
  if (state.seen.includes(id)) return { tally: record.key }
  const events = state.events + 1
  return {
    state: { ...state, events, heardAt: clock, seen: [...state.seen, id] },
    outputs: [output(record.key, `count:${id}`, { events, clock })],
  }
}

/**
 * The smallest processor that uses everything: it counts the events of a key and announces when
 * the key falls silent; copies it tallies, and how long silence takes is one number for the whole
 * partition. The contract suite and the simulation run it.
 * An event's value is its id; an id that begins with `poison` is refused.
 */
export const silenceCounter: ProcessorDefinition<SilenceCount, number> = {
  name: 'silence-counter',
  input: COUNTER_TOPICS.input,
  pack: encode,
  unpack: (bytes) => decode(bytes) as SilenceCount,
  readShared: (kept) => {
    if (typeof kept === 'number') return kept
    throw new HaltError('EBB_STATE_VERSION', 'the patience is no number')
  },
  tickAt: (record) =>
    record.key === '~tick' ? Number(Buffer.from(record.value).toString('utf8')) : undefined,
  handle,
  onTick: (_record, { clock, partition }) => [
    { ...output('~tick', `tick:${partition}:${clock}`, { clock }), partition },
  ],
  tallying: {
    everyMs: COUNTER_SILENCE,
    outputs: (copies, { clock, partition }) => [
      { ...output('~copies', `copies:${partition}:${clock}`, { copies }), partition },
    ],
  },
  dueAt: ({ heardAt, announcedFor }, _key, { shared: patience = COUNTER_SILENCE }) =>
    heardAt > announcedFor ? heardAt + patience : undefined,
  fire: (before, key, { clock, shared: patience = COUNTER_SILENCE }) => ({
    state: { ...before, announcedFor: before.heardAt },
    outputs: [output(key, `silent:${key}:${before.heardAt}`, { clock, patience })],
  }),
  rejection: (record, refusal, { partition }) => ({
    topic: COUNTER_TOPICS.rejects,
    key: 'counter',
    id: `${refusal.code}:${partition}:${record.offset}`,
    value: record.value,
  }),
}
