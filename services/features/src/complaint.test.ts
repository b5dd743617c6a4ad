import { REASON_CODES } from '@ebb/customer/reason-code'
import { expect, test } from 'vitest'
import { complaintOf, reasonOf } from './complaint.ts'

test.each([
  ['Too expensive', 'PRICE'],
  ['found it cheaper elsewhere', 'PRICE'],
  ['太贵了', 'PRICE'],
  ['damaged', 'QUALITY'],
  ['WRONG_ITEM', 'QUALITY'],
  ['It doesn’t work', 'QUALITY'],
  ['收到时已经损坏', 'QUALITY'],
  ['arrived late', 'SERVICE'],
  ['not-arrived', 'SERVICE'],
  ["the parcel hasn't been delivered", 'SERVICE'],
  ['客服态度恶劣', 'SERVICE'],
  ['一直没收到货', 'SERVICE'],
  ['found elsewhere', 'COMPETITOR'],
  ['I switched to another shop', 'COMPETITOR'],
  ['在别家买了', 'COMPETITOR'],
  ['Changed my mind', 'NEED_CHANGE'],
  ['no_longer_needed', 'NEED_CHANGE'],
  ['不想要了', 'NEED_CHANGE'],
])('%s is %s', (words, reason) => {
  expect(reasonOf(words)).toBe(reason)
  expect(complaintOf('Product Reviewed', { text: `Well. ${words}!` })).toBe(reason)
})

test.each([
  'later',
  'translated well',
  'size too small',
  'chocolate',
  '很好',
  '',
  ' ',
  7,
  null,
  ['late'],
])('%j is no reason', (words) => {
  expect(reasonOf(words)).toBeUndefined()
})

test('a back end may say our codes, in any way to write them', () => {
  expect(REASON_CODES.map((code) => reasonOf(code))).toEqual(REASON_CODES)
  expect(reasonOf('need change')).toBe('NEED_CHANGE')
  expect(reasonOf(' ux ')).toBe('UX')
})

test('the reason that an answer names goes before its text', () => {
  const properties = { reason: 'SERVICE', text: 'too expensive' }
  expect(complaintOf('Survey Answered', properties)).toBe('SERVICE')
  expect(complaintOf('Survey Answered', { ...properties, reason: 'other' })).toBe('PRICE')
  expect(complaintOf('Survey Answered', { reason: 3, reason_code: 'ux' })).toBe('UX')
})

test.each(['text', 'comment', 'answer', 'review_body', 'message', 'feedback'])(
  'the text of an answer may stand in %s, and is no code',
  (field) => {
    expect(complaintOf('Survey Answered', { text: 'fine', [field]: 'it was broken' })).toBe(
      'QUALITY',
    )
    expect(complaintOf('Survey Answered', { [field]: 'Quality' })).toBeUndefined()
  },
)

test('only reviews and answers complain', () => {
  expect(complaintOf('Coupon Denied', { reason: 'PRICE', text: 'late' })).toBeUndefined()
})
