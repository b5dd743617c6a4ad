import type { LogRecord } from './event-log.ts'
import type { Outcome, Output, ProcessorDefinition } from './processor-definition.ts'

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

/** A key is silent when its clock has moved on by this much since its last event. */
export const COUNTER_SILENCE = 100

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
  { clock }: { clock: number },
): Outcome<SilenceCount> => {
  const id = Buffer.from(record.value).toString('utf8')
  if (id.startsWith('poison')) return { refusal: { code: 'EBB_TEST_POISON', message: id } }
  const state = before ?? { events: 0, heardAt: 0, announcedFor: 0, seen: [] }
  if (state.seen.includes(id)) return {}
  const events = state.events + 1
  return {
    state: { ...state, events, heardAt: clock, seen: [...state.seen, id] },
    outputs: [output(record.key, `count:${id}`, { events, clock })],
  }
}

/**
 * The smallest processor that uses everything: it counts the events of a key and announces when
 * the key falls silent. The contract suite and the simulation run it.
 * An event's value is its id; an id that begins with `poison` is refused.
 */
export const silenceCounter: ProcessorDefinition<SilenceCount> = {
  name: 'silence-counter',
  input: COUNTER_TOPICS.input,
  pack: encode,
  unpack: (bytes) => decode(bytes) as SilenceCount,
  tickAt: (record) =>
    record.key === '~tick' ? Number(Buffer.from(record.value).toString('utf8')) : undefined,
  handle,
  onTick: (_record, { clock, partition }) => [
    { ...output('~tick', `tick:${partition}:${clock}`, { clock }), partition },
  ],
  dueAt: ({ heardAt, announcedFor }) =>
    heardAt > announcedFor ? heardAt + COUNTER_SILENCE : undefined,
  fire: (before, key, { clock }) => ({
    state: { ...before, announcedFor: before.heardAt },
    outputs: [output(key, `silent:${key}:${before.heardAt}`, { clock })],
  }),
  rejection: (record, refusal, { partition }) => ({
    topic: COUNTER_TOPICS.rejects,
    key: 'counter',
    id: `${refusal.code}:${partition}:${record.offset}`,
    value: record.value,
  }),
}
