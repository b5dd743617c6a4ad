import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import { arbitraryReading, arbitraryTimeZone, foldAll, NOON } from './arbitrary-history.ts'
import { DAY_MS } from './calendar.ts'
import type { CustomerEvent } from './customer-event.ts'
import { EMPTY_STATE } from './customer-state.ts'
import { fold } from './fold.ts'
import { isValid, refundedMinor } from './order-fact.ts'
import { pack, unpack } from './packing.ts'
import { windows } from './windows.ts'

/**
 * Two orders, one of them with two sources, a refund and one cancelled, a refund of no order, a view
 * with a consent, and a low rating, as version 1 packed them.
 */
const STATE_OF_VERSION_1 =
  'lwHEiojz/uD3MQEPkL6zUivLQ8vI9gIBAgECgCABAAAIkL6zUgKPgJeTBSIPHg8eDyQPJA2PfR4BAAIry0PLyPZsH/Cd' +
  's6cCAwL2RVH81vB0U1+YLswCwD7ITALAPgEBBwGC8+nGldwBkE6sAg8COUbKZP94nAq+UcbmAZBO9AMAAQcBaJawgBsF' +
  'AZBOMqJ1MaJvMaFyom8yomxy'

/** `shopping`, as version 2 packed it. */
const STATE_OF_VERSION_2 =
  'ngLE7diC/+D3MQEP4F0sYkIyzdIDd5KAMAEBAVoDBQELASYDZoChFwEBAQEPAQEAARKKgAgBAQEAgoBQAQEBBAABEQEm' +
  'AVUBAAmw7b/fgAECgoCU/dAFhfJXjY690YYCCI+AuJkpHoSAl5MFgn2PfSQBAAJ5Ammb5CwsYkIyzdIDNgFVAwKw3bNS' +
  'AAEAsG3oBwIDAAAAAQOw7b/fgAEAAQgAAbCt7c8mkL8FAg8AAgACAAUAALDdyuUFAAIAAwOw3crlBWKLSdltzQaw3crl' +
  'BQ6wbQEOAef2wBF3bgGw3bNSrE0BDAEZWB4n3nwBkE5kAKh1c2VyNDcxMaRUb3lzpVNob2VzpEFjbWWnL3NlYXJjaKYv' +
  'c2hvZXOhL6E0oTWhN6dvcmRlci02oTk='

/** The same as version 3 packed it. */
const STATE_OF_VERSION_3 =
  'ngPE1tiC/+D3MQEP4F0sYkIyzdIDdwcCBhwDWiQWTQNmBw4KBAIDDwQcEgMCBBwHAiIEGCJMqgEACbDtv9+AAQKCgJT90AWF' +
  '8leNjr3RhgIIj4C4mSkehICXkwWCfY99JAEAAnkCaZvkLCxiQjLN0gM2AVUDArDds1IAARCwbegHAhMAAQOw7b/fgAEAARgB' +
  'sK3tzyaQvwUCHwICBQCw3crlBQACEAMDsN3K5QVii0nZbc0GsN3K5QUOsG0BDgHn9sARd24BsN2zUqxNAQwBGVgeJ958AZBO' +
  'ZACodXNlcjQ3MTGkVG95c6VTaG9lc6RBY21lpy9zZWFyY2imL3Nob2VzoS+hNKE1oTenb3JkZXItNqE5'

/** The same as version 4 packed it. */
const STATE_OF_VERSION_4 =
  'ngTE19iC/+D3MQEP4F0sYkIyzdIDdwcCBhwDWiQWTQNmBw4KBAIDDwQcEgMCBBwHAiIEGCJMqgEACbDtv9+AAQKCgJ' +
  'T90AWF8leNjr3RhgIIj4C4mSkehICXkwWCfY99JAEAAnkCaZvkLCxiQjLN0gM2AVUDArDds1IAARCwbegHAhMAAQOw' +
  '7b/fgAEAARgBsK3tzyaQvwUCHwICBQCw3crlBQACEAMDsN3K5QVii0nZbc0GsN3K5QUOsG0BDgHn9sARd24BsN2zUq' +
  'xNAQwBGVgeJ958AZBOZAAAqHVzZXI0NzExpFRveXOlU2hvZXOkQWNtZacvc2VhcmNopi9zaG9lc6EvoTShNaE3p29y' +
  'ZGVyLTahOQ=='

const event = (id: string, occurredAt: number, part: Partial<CustomerEvent> = {}) => ({
  clock: occurredAt + 5_000,
  event: {
    id,
    type: 'track' as const,
    name: 'Product Viewed',
    customer: { userId: 'user4711', anonymousId: 'a1' },
    sourceRank: 1,
    occurredAt,
    ...part,
  },
})

const order = (id: string, occurredAt: number) =>
  event(id, occurredAt, {
    name: 'Order Completed',
    order: { id: `order-${id}`, amountMinor: 9_900 },
  })

const clicks = (count: number, gapMs: number) =>
  Array.from({ length: count }, (_, i) => {
    const name =
      ['Product Viewed', 'Product List Viewed', 'Product Added', 'Page Viewed'][i % 4] ?? ''
    return event(`click-${i}`, NOON + i * gapMs, { name })
  })

/** Days of long ago, visits that are over and one that is not, tastes, evidence, a refund. */
const shopping = () => [
  event('1', NOON - 200 * DAY_MS, { categories: ['Shoes'], brands: ['Acme'], device: 'mobile' }),
  event('2', NOON - 60 * DAY_MS, { page: '/', channel: 'email', device: 'desktop' }),
  event('3', NOON - 60 * DAY_MS + 90_000, { name: 'Product Added', categories: ['Toys'] }),
  event('4', NOON - 9 * DAY_MS, { name: 'Ticket Opened', ticketId: 't1' }),
  event('5', NOON - 9 * DAY_MS, { name: 'Product Reviewed', rating: 1.5 }),
  order('6', NOON - DAY_MS),
  event('7', NOON, { name: 'Products Searched', results: 0, page: '/search' }),
  event('8', NOON + 1_000, { consent: { marketing: true }, page: '/shoes' }),
  event('9', NOON + 2_000, { name: 'Order Refunded', order: { id: 'order-6', amountMinor: 100 } }),
]

const folded = (reading: Parameters<typeof foldAll>[0]) => foldAll(reading, 'UTC') ?? EMPTY_STATE

describe('pack and unpack', () => {
  test('give the same state again', () => {
    fc.assert(
      fc.property(arbitraryReading, arbitraryTimeZone, (reading, timeZone) => {
        const state = foldAll(reading, timeZone) ?? EMPTY_STATE
        expect(unpack(pack(state))).toStrictEqual(state)
      }),
      { numRuns: 300 },
    )
  })

  test('give the same state again when it is larger than any buffer', () => {
    const state = folded(clicks(3_000, 20_000))
    expect(unpack(pack(state))).toStrictEqual(state)
  })

  test('keep names, texts that are no well-formed Unicode, and the extremes of numbers', () => {
    const odd = {
      name: 'Größe \ud800 gewählt',
      customer: { userId: '\udc00' },
      consent: { analytics: true },
    }
    const state = folded([
      event('1', NOON, odd),
      event('2', NOON + 1, { consent: { marketing: false } }),
      event('3', 0, { name: 'Order Updated', order: { id: '\ud800' } }),
      event('4', 1, {
        name: 'Order Completed',
        order: { id: '\ud800', amountMinor: Number.MAX_SAFE_INTEGER },
      }),
      event('5', Date.UTC(2200, 0), { name: 'Order Refunded', order: { refundId: '\udfff' } }),
    ])
    expect(unpack(pack(state))).toStrictEqual(state)
  })

  test('need no more than 250 bytes for a customer with two orders', () => {
    const state = folded([order('1001', NOON - 40 * DAY_MS), order('1002', NOON)])
    expect(pack(state).length).toBeLessThanOrEqual(250)
  })

  test('need no more than 500 bytes for 60 clicks in two visits of one week', () => {
    const visits = clicks(60, 40_000).map((read, i) => {
      const later = i < 30 ? 0 : 5 * DAY_MS
      const occurredAt = read.event.occurredAt + later
      return { clock: read.clock + later, event: { ...read.event, occurredAt } }
    })
    expect(pack(folded(visits)).length).toBeLessThanOrEqual(500)
  })

  test('do not change what was packed before', () => {
    const first = pack(folded(clicks(5, 1_000)))
    const bytes = first.slice()
    pack(folded(clicks(9, 2_000)))
    expect(first).toEqual(bytes)
  })
})

describe('unpack', () => {
  test('opens a state of version 1, whose visits and tastes begin anew', () => {
    const state = unpack(Buffer.from(STATE_OF_VERSION_1, 'base64'))
    const { lifetime } = windows(state, NOON + 5_000, 'UTC')
    const { orders, productViews, lowRatings, refunds, netMinor, sessions } = lifetime
    expect({ orders, productViews, lowRatings, refunds, netMinor, sessions }).toEqual({
      ...{ orders: 1, productViews: 1, lowRatings: 1, refunds: 2, sessions: 0 },
      netMinor: 9_800 - 300 - 50,
    })
    expect(state.orders.map(({ id }) => id)).toEqual(['o1', 'o2'])
    expect(state.orders.map((order) => [isValid(order), refundedMinor(order)])).toEqual([
      [true, 300],
      [false, 0],
    ])
    expect([state.userId, state.marketing?.allowed]).toEqual(['u1', true])
    // It goes on: copies are still known, and what is written now is of this version.
    const known = order('p1', NOON)
    const copy = { ...known.event, id: 'p1', order: { id: 'o1', amountMinor: 9_900 } }
    expect(fold(state, copy, { clock: NOON + 6_000, timeZone: 'UTC' }).effect).toBe('none')
    expect(unpack(pack(state))).toStrictEqual(state)
  })

  test.each([
    ['2', STATE_OF_VERSION_2],
    ['3', STATE_OF_VERSION_3],
    ['4', STATE_OF_VERSION_4],
  ])('opens a state of version %s as if it had been folded by this one', (_version, packed) => {
    const state = unpack(Buffer.from(packed, 'base64'))
    expect(state).toStrictEqual(folded(shopping()))
    expect([state.totals.length, state.lastVisits.length, state.openVisits.length]).toEqual([
      14, 3, 2,
    ])
    expect(unpack(pack(state))).toStrictEqual(state)
  })

  test('of an earlier version takes the days with visits that were kept for all', () => {
    const days = [-200, -150, -120, -30, -20, -10]
    const state = folded(
      days.map((day) => event(`${day}`, NOON + day * DAY_MS)).concat(event('now', NOON)),
    )
    const visitDaysBytes = pack(state).length - pack({ ...state, visited: undefined }).length + 1
    const packr = new Packr({ useRecords: false })
    const [, numbers, ...texts] = packr.unpack(pack(state)) as [number, Uint8Array, ...string[]]
    const before = packr.pack([4, numbers.subarray(0, -visitDaysBytes), ...texts])
    expect(state.visited).toEqual({ days: 6, firstAt: NOON - 200 * DAY_MS })
    const firstKept = NOON - 30 * DAY_MS
    expect(unpack(before).visited).toEqual({ days: 3, firstAt: firstKept - (firstKept % DAY_MS) })
  })

  test('ends with a code, whatever the bytes are', () => {
    const packr = new Packr({ useRecords: false })
    const [version, numbers, ...texts] = packr.unpack(pack(folded(clicks(9, 20_000)))) as [
      ...[number, Uint8Array],
      ...string[],
    ]
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3, 4, version), fc.nat(), fc.nat(255), (as, at, byte) => {
        const bytes = numbers.with(at % numbers.length, byte)
        try {
          unpack(packr.pack([as, bytes, ...texts]))
        } catch (error) {
          expect(error).toMatchObject({ code: 'EBB_STATE_UNREADABLE' })
        }
      }),
      { numRuns: 500 },
    )
  })

  test('refuses another version and what is no packed state, with a code', () => {
    const packr = new Packr({ useRecords: false })
    const packed = packr.unpack(pack(EMPTY_STATE)) as unknown[]
    const [version, ...rest] = packed
    const told = (bytes: Uint8Array) => {
      try {
        return unpack(bytes)
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    expect(told(packr.pack([Number(version) + 1, ...rest]))).toBe('EBB_STATE_VERSION')
    expect(told(packr.pack([0, ...rest]))).toBe('EBB_STATE_VERSION')
    const cut = pack(EMPTY_STATE).subarray(0, 3)
    for (const bytes of [packr.pack([...packed, 'text']), packr.pack({}), packr.pack(7), cut])
      expect(told(bytes)).toBe('EBB_STATE_UNREADABLE')
    expect(told(new Uint8Array(0))).toBe('EBB_STATE_UNREADABLE')
    expect(told(packr.pack([version]))).toBe('EBB_STATE_UNREADABLE')
  })
})
