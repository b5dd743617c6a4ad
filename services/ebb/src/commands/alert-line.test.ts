import type { AlertRecord } from '@ebb/contracts/alert-record'
import { expect, test } from 'vitest'
import { alertLine } from './alert-line.ts'

const SILENT_SINCE = Date.UTC(2026, 0, 1)

const alert = (change: Partial<AlertRecord>): AlertRecord => ({
  ...{ alertId: '1', episodeId: '2', customerId: 'u:17850', kind: 'at_risk', causeOrderId: '3' },
  ...{ tier: 'light', previousTier: 'healthy', risk: 0.798_9, riskAtLastOrder: 0.7 },
  ...{ horizonDays: 90, expectedLoss: null, consent: {}, silentSince: SILENT_SINCE },
  isOutranked: false,
  revenueMinor: 1990,
  reasons: [{ code: 'UNKNOWN', share: 1, evidence: [] }],
  crossedAt: Date.UTC(2026, 0, 29, 21, 38),
  raisedAt: Date.UTC(2026, 0, 29, 22),
  model: { kind: 'mbg-nbd', version: '1' },
  ...change,
})

const plain = { isTerminal: false, timeZone: 'UTC', currency: 'USD' }

test('each kind of alert has its line', () => {
  const lines = [
    alert({}),
    alert({ kind: 'recovered', tier: 'healthy', previousTier: 'moderate' }),
    alert({ kind: 'lost', tier: 'heavy', previousTier: 'heavy', crossedAt: Date.UTC(2026, 10, 1) }),
    alert({ kind: 'withdrawn', tier: 'healthy', previousTier: 'light' }),
    alert({ kind: 'reopened', tier: 'heavy', previousTier: 'healthy' }),
  ].map((each) => alertLine(each, plain))
  expect(lines).toEqual([
    '2026-01-29 22:00  healthy→light     u:17850  quiet  28 d  risk 0.80  why ?',
    '2026-01-29 22:00  moderate→healthy  u:17850  recovered  28 d  risk 0.80',
    '2026-01-29 22:00  heavy→lost        u:17850  quiet 304 d  risk 0.80  why ?',
    '2026-01-29 22:00  light→healthy     u:17850  withdrawn  risk 0.80',
    '2026-01-29 22:00  healthy→heavy     u:17850  reopened  28 d  risk 0.80',
  ])
})

test('the weightiest reason is told, and a sign where that is not known', () => {
  const [price, unknown] = (['PRICE', 'UNKNOWN'] as const).map((code) => ({
    ...{ code, share: 0.5, evidence: [] },
  }))
  expect(alertLine(alert({ reasons: [price!, unknown!] }), plain)).toMatch(/ {2}why PRICE$/)
  expect(alertLine(alert({ reasons: [unknown!, price!] }), plain)).toMatch(/ {2}why \?$/)
})

test('a line says where visits began it', () => {
  expect(alertLine(alert({ signal: 'visits' }), plain)).toMatch(
    / {2}risk 0\.80 {2}by visits {2}why \?$/,
  )
})

test('the instant is on the clocks of the shop', () => {
  const line = alertLine(alert({}), { ...plain, timeZone: 'Asia/Shanghai' })
  expect(line).toContain('2026-01-30 06:00')
})

test('a silence says what it is expected to cost, where that is known', () => {
  const costly = alert({ expectedLoss: 123_450 })
  expect(alertLine(costly, plain)).toMatch(/ {2}risk 0\.80 {2}loss 1,234\.50 USD {2}why \?$/)
  expect(alertLine({ ...costly, kind: 'recovered' }, plain)).toMatch(/risk 0\.80$/)
})

test('only a person at a terminal sees colours', () => {
  const paint = '\u001b['
  expect(alertLine(alert({}), { ...plain, isTerminal: true })).toContain(paint)
  expect(alertLine(alert({}), plain)).not.toContain(paint)
})

test('a customer id cannot steer the terminal', () => {
  const line = alertLine(alert({ customerId: 'u:\u001b[2J\u202eeve' }), plain)
  expect(line).toContain('u:\\u{1b}[2J\\u{202e}eve')
})
