import { describe, expect, test } from 'vitest'
import { DEAD_MS } from './collector-runs.ts'
import { type JudgeState, MOST_SOURCES, onTraffic } from './judge.ts'
import { packJudgeState, unpackJudgeState } from './judge-state.ts'
import { GONE_MS, LEARNING_MS, RETURN_MINUTES } from './source-silence.ts'
import {
  calm,
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  MONDAY,
  seeded,
  WEEK_MS,
  watching,
} from './traffic-fixture.ts'

/** Three weeks of a source with 1,000 events a day; noon of the Monday behind them. */
const NOON = MONDAY + 3 * WEEK_MS + 12 * HOUR_MS
const shop = () => calm(seeded(1), 1_000)
const LEARNED: JudgeState = (() => {
  const judge = watching()
  judge.hear(shop(), [MONDAY, NOON])
  expect(judge.signals).toEqual([])
  return judge.state()
})()

/** Nothing comes any more; ends when that is told. */
const silenced = (from = LEARNED, at = NOON) => {
  const judge = watching(from)
  let minute = at
  while (judge.signals.length === 0) {
    judge.tell(minute, [])
    minute += MINUTE_MS
    expect(minute).toBeLessThan(at + DAY_MS)
  }
  return { judge, minute, signal: judge.signals[0]! }
}

describe('a source', () => {
  test('that stops at noon is silent within half an hour, since its last minute', () => {
    const { signal, minute } = silenced()
    const since = LEARNED.sources['shop']!.lastMinute + MINUTE_MS
    const silent = [{ source: 'shop', since }]
    expect(signal).toEqual({ source: 'shop', kind: 'silent', at: minute, since, silent })
    expect(minute - NOON).toBeLessThan(30 * MINUTE_MS)
  })

  test('is back with its third minute of traffic, and not with one order by hand', () => {
    const { judge, minute, signal } = silenced()
    const at = (i: number) => minute + i * MINUTE_MS
    for (let i = 0; i < RETURN_MINUTES - 1; i += 1) judge.tell(at(i), ['shop'])
    expect(judge.signals).toHaveLength(1)
    judge.tell(at(RETURN_MINUTES - 1), ['shop'])
    const { since } = signal
    const back = { source: 'shop', kind: 'back', at: at(RETURN_MINUTES), since, silent: [] }
    expect(judge.signals[1]).toEqual(back)
  })

  test('and a collector may have the name of what every object has', () => {
    const judge = watching()
    for (const i of [0, 1, 2])
      judge.tell(NOON + i * MINUTE_MS, ['constructor'], { collector: 'toString' })
    const { heard, carried } = judge.state().sources['constructor']!
    expect([heard, carried]).toEqual([3, { ['toString']: 3 }])
  })

  test('that sends now and then while it is silent is not back', () => {
    const { judge, minute } = silenced()
    for (let i = 0; i < 6 * 60; i += 1) judge.tell(minute + i * MINUTE_MS, i % 90 ? [] : ['shop'])
    expect(judge.signals).toHaveLength(1)
  })

  test('is judged only when it has been heard of for two weeks', () => {
    const judge = watching()
    const till = MONDAY + LEARNING_MS - DAY_MS
    judge.hear(shop(), [MONDAY, till])
    const learned = judge.state().sources['shop']!.firstMinute + LEARNING_MS
    judge.hear(() => 0, [till, learned])
    expect(judge.signals).toEqual([])
    judge.tell(learned, [])
    expect(judge.signals.map(({ kind }) => kind)).toEqual(['silent'])
  })

  test('that stays silent for a month is gone, and nothing is kept of it', () => {
    const { judge, signal } = silenced()
    for (let hour = signal.since; hour <= signal.since + GONE_MS; hour += HOUR_MS)
      judge.tell(hour, [])
    expect(judge.signals.map(({ kind }) => kind)).toEqual(['silent', 'gone'])
    expect(judge.signals[1]!.silent).toEqual([])
    expect(judge.state().sources).toEqual({})
  })

  test('is silent again when it stops again, and each signal is later than the one before', () => {
    const first = silenced()
    first.judge.hear(calm(seeded(2), 1_000), [first.minute, NOON + 30 * HOUR_MS])
    const again = silenced(first.judge.state(), NOON + 30 * HOUR_MS)
    const all = [...first.judge.signals, ...again.judge.signals]
    expect(all.map(({ kind }) => kind)).toEqual(['silent', 'back', 'silent'])
    expect(all.map(({ at }) => at)).toEqual([...new Set(all.map(({ at }) => at))].sort())
  })
})

describe('a collector', () => {
  test('that tells nothing makes no source look silent: nobody could have heard it', () => {
    const judge = watching(LEARNED)
    judge.tell(NOON + 5 * HOUR_MS, [])
    judge.tell(NOON + 9 * HOUR_MS, [])
    expect(judge.signals).toEqual([])
  })

  test('whose records come twice, or out of a killed process, changes nothing by that', () => {
    const once = watching(LEARNED)
    const twice = watching(LEARNED)
    const arrivals = shop()
    for (let minute = NOON; minute < NOON + 4 * HOUR_MS; minute += MINUTE_MS) {
      const sources = arrivals(minute) > 0 ? ['shop'] : []
      once.tell(minute, sources)
      twice.tell(minute, sources)
      twice.tell(minute - (minute % (7 * MINUTE_MS)), ['shop'])
    }
    expect(twice.state()).toEqual(once.state())
  })

  test('that carries most of the traffic and is cut off leaves the rest to judge by', () => {
    const judge = watching(LEARNED)
    // The other one lives, and never had anything of this source.
    for (let i = 0; i < 120; i += 1)
      judge.tell(NOON + i * MINUTE_MS, [], { collector: 'other', run: 2 })
    expect(judge.signals).toEqual([])
  })

  test('that leaves, or is dead for hours, hands its part to those that are there', () => {
    for (const how of ['leaves', 'dies'] as const) {
      const judge = watching(LEARNED)
      if (how === 'leaves') judge.tell(NOON, [], { leaves: true })
      const from = how === 'leaves' ? NOON : NOON + DEAD_MS
      for (let minute = NOON; minute < from + HOUR_MS; minute += MINUTE_MS)
        judge.tell(minute, [], { collector: 'other', run: 2 })
      expect(judge.signals.map(({ kind }) => kind)).toEqual(['silent'])
      expect(judge.signals[0]!.at).toBeGreaterThan(from)
    }
  })

  test('that begins anew under its name goes on with its part', () => {
    const judge = watching(LEARNED)
    for (let i = 0; i < 40; i += 1) judge.tell(NOON + i * MINUTE_MS, [], { run: NOON })
    expect(judge.signals.map(({ kind }) => kind)).toEqual(['silent'])
  })
})

describe('a collector that was away for two hours and tells it later', () => {
  const [from, till] = [NOON, NOON + 2 * HOUR_MS]
  const told = (isAway: boolean) => {
    const judge = watching(LEARNED)
    const arrivals = shop()
    const late: (readonly [number, string[]])[] = []
    for (let minute = from; minute < NOON + 4 * HOUR_MS; minute += MINUTE_MS) {
      const sources = arrivals(minute) > 0 ? ['shop'] : []
      // Another collector, through which other things come, was there all the time.
      judge.tell(minute, ['till'], { collector: 'other', run: 2 })
      if (minute === till) for (const [before, came] of late.splice(0)) judge.tell(before, came)
      if (isAway && minute < till) late.push([minute, sources])
      else judge.tell(minute, sources)
    }
    return judge
  }

  test('makes no source look silent', () => {
    expect(told(true).signals).toEqual([])
  })

  test('leaves the rhythms that there would be without that', () => {
    const rhythms = (judge: ReturnType<typeof told>) =>
      Object.values(judge.state().sources).map(({ rhythm }) => rhythm)
    expect(rhythms(told(true))).toEqual(rhythms(told(false)))
  })
})

describe('the state', () => {
  test('is the same when it was packed, and holds integers only', () => {
    const packed = packJudgeState(silenced().judge.state())
    expect(unpackJudgeState(packed)).toEqual(silenced().judge.state())
    expect(Buffer.from(packed).toString()).not.toMatch(/\d\.\d/)
    expect(packed.length).toBeLessThan(8_000)
  })

  test('of another layout is refused', () => {
    const other = Buffer.from(JSON.stringify({ layout: 9 }))
    expect(() => unpackJudgeState(other)).toThrow(
      expect.objectContaining({ code: 'EBB_STATE_VERSION' }),
    )
  })

  test('takes no more sources than it can hold', () => {
    const judge = watching()
    const names = Array.from({ length: MOST_SOURCES + 3 }, (_, i) => `source ${i}`)
    judge.tell(MONDAY, names)
    expect(Object.keys(judge.state().sources)).toHaveLength(MOST_SOURCES)
  })

  test('does not change by what was refused, copied or spooled', () => {
    const of = { source: 'shop', minute: NOON, collector: 'one', run: 1 }
    expect(onTraffic(LEARNED, { ...of, refused: 3 })).toBe(LEARNED)
    expect(onTraffic(LEARNED, { ...of, copies: 3 })).toBe(LEARNED)
  })
})
