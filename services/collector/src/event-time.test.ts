import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'vitest'
import { eventTime, instantOf, type TimeContext } from './event-time.ts'
import type { NativeEvent } from './native-event.ts'

const NOON = Date.UTC(2024, 5, 1, 12)
const HOUR = 3_600_000
const iso = (at: number): string => new Date(at).toISOString()

const timeOf = (event: NativeEvent, context: Partial<TimeContext> = {}) => {
  const outcome = eventTime(event, { receivedAt: NOON, ...context })
  return 'ok' in outcome ? outcome.ok : outcome.refused.code
}

test.each([
  ['2024-05-01T12:00:00.250Z', Date.UTC(2024, 4, 1, 12, 0, 0, 250)],
  ['2024-05-01T12:00:00.250999999Z', Date.UTC(2024, 4, 1, 12, 0, 0, 250)],
  ['2024-05-01T14:00:00+02:00', Date.UTC(2024, 4, 1, 12)],
  ['2024-05-01T08:30:00-0330', Date.UTC(2024, 4, 1, 12)],
  ['2024-05-01 12:00', Date.UTC(2024, 4, 1, 12)],
  ['2024-05-01', Date.UTC(2024, 4, 1)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['1714564800000', Date.UTC(2024, 4, 1, 12)],
  [1_714_564_800_000, Date.UTC(2024, 4, 1, 12)],
  [1_714_564_800, Date.UTC(2024, 4, 1, 12)],
  [1_714_564_800.25, Date.UTC(2024, 4, 1, 12, 0, 0, 250)],
])('%s is a time', (written, at) => {
  assert.equal(instantOf(written), at)
})

test.each([
  'yesterday',
  'foo 1',
  '2024-13-01',
  '2024-00-01',
  '2024-02-30T00:00:00Z',
  '2023-02-29',
  '2024-05-01T25:00:00Z',
  '2024-05-01T12:61:00Z',
  '2024-05-01T12:00:00+99:00',
  '01/02/2024',
  '0001-01-01',
  1e300,
  true,
  null,
])('%s is not a time', (written) => {
  assert.equal(instantOf(written), undefined)
})

test('every instant is read back from its ISO form', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0100-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      (date) => assert.equal(instantOf(date.toISOString()), date.getTime()),
    ),
  )
})

test('whatever is read as a time is an integer', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double(), fc.string(), fc.stringMatching(/^[0-9TZ:.+-]{1,30}$/)),
      (x) => {
        const at = instantOf(x)
        assert.ok(at === undefined || Number.isInteger(at))
      },
    ),
  )
})

test('the wrong clock of a sender cancels out', () => {
  const wrong = 9 * HOUR
  const event = { originalTimestamp: iso(NOON - 60_000 + wrong), sentAt: iso(NOON + wrong) }
  assert.deepEqual(timeOf(event), {
    occurredAt: NOON - 60_000,
    sentAt: NOON + wrong,
    inFuture: false,
  })
  const inBatch = timeOf({ timestamp: iso(NOON - 60_000 + wrong) }, { sentAt: NOON + wrong })
  assert.equal(typeof inBatch === 'object' && inBatch.occurredAt, NOON - 60_000)
})

test('without sentAt the timestamp counts as it is given, without both the time of receipt', () => {
  assert.deepEqual(timeOf({ timestamp: iso(NOON - HOUR), originalTimestamp: iso(0) }), {
    occurredAt: NOON - HOUR,
    inFuture: false,
  })
  assert.deepEqual(timeOf({}), { occurredAt: NOON, inFuture: false })
})

test('a sentAt that is no time is left out of account', () => {
  const time = timeOf({ timestamp: iso(NOON - HOUR), sentAt: 'soon' })
  assert.deepEqual(time, { occurredAt: NOON - HOUR, inFuture: false })
})

test.each([
  ['one hour ahead is a clock that is fast', NOON + HOUR, { occurredAt: NOON + HOUR }],
  ['a moment more is set to the time of receipt', NOON + HOUR + 1, { inFuture: true }],
  ['the year 2100 too', Date.UTC(2100, 0, 1), { inFuture: true }],
])('%s', (_, timestamp, expected) => {
  assert.deepEqual(timeOf({ timestamp }), { occurredAt: NOON, inFuture: false, ...expected })
})

test('24 months back is kept, a moment more is too old, and so is 1970', () => {
  const oldest = Date.UTC(2022, 5, 1, 12)
  assert.deepEqual(timeOf({ timestamp: iso(oldest) }), { occurredAt: oldest, inFuture: false })
  assert.equal(timeOf({ timestamp: iso(oldest - 1) }), 'EBB_EVENT_TOO_OLD')
  assert.equal(timeOf({ timestamp: 0 }), 'EBB_EVENT_TOO_OLD')
  assert.equal(timeOf({ timestamp: '1970-01-01T00:00:00Z' }), 'EBB_EVENT_TOO_OLD')
})

test('what is no time is refused where it stands', () => {
  const outcome = eventTime({ timestamp: 'yesterday' }, { receivedAt: NOON })
  assert.ok('refused' in outcome)
  assert.equal(outcome.refused.code, 'EBB_EVENT_TIMESTAMP_INVALID')
  assert.equal(outcome.refused.path, '/timestamp')
})
