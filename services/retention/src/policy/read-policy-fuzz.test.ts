import { CodedError } from '@ebb/runtime/coded-error'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { defaultPolicyText } from './default-policy.ts'
import type { Policy } from './policy.ts'
import { readPolicy } from './read-policy.ts'

const arbitraryCurrency = fc.constantFrom('USD', 'JPY', 'KWD')

/** A policy, or its problems; throws what else was thrown. */
const reading = (text: string, currency: string): Policy | CodedError => {
  try {
    return readPolicy(text, { currency })
  } catch (error) {
    if (error instanceof CodedError && error.code === 'EBB_POLICY_INVALID') return error
    throw error
  }
}

const expectPlaces = (error: CodedError, text: string): void => {
  const lines = text.split(/\r\n|\r|\n/).length
  const problems = error.fix.split('\n  ').slice(1, 100)
  expect(problems.length).toBeGreaterThan(0)
  for (const problem of problems) {
    const [, line, column] = /^(\d+):(\d+)[ :]/.exec(problem) ?? []
    expect(Number(line)).toBeGreaterThanOrEqual(1)
    expect(Number(line)).toBeLessThanOrEqual(lines)
    expect(Number(column)).toBeGreaterThanOrEqual(1)
  }
}

/** What `decide` relies on, and the budget's arithmetic. */
const expectSound = (policy: Policy): void => {
  expect(policy.segments[0]?.fromMinor).toBe(0)
  for (const { candidates, segments } of policy.rules) {
    for (const { treatment, weight } of candidates) {
      expect(Object.hasOwn(policy.treatments, treatment)).toBe(true)
      expect(weight).toBeGreaterThanOrEqual(1)
    }
    const names = policy.segments.map(({ name }) => name)
    for (const segment of segments) expect(names).toContain(segment)
  }
  for (const { kind, coupon } of Object.values(policy.treatments)) {
    expect(coupon !== undefined).toBe(kind === 'coupon' || kind === 'limited_discount')
    if (coupon === undefined) continue
    expect(Object.hasOwn(policy.budgets, coupon.budget)).toBe(true)
    const { discount } = coupon
    const most = discount.kind === 'amount' ? discount.amountMinor : discount.maximumMinor
    expect(Number.isSafeInteger(most) && most > 0).toBe(true)
  }
}

const document: unknown = parse(defaultPolicyText)

/** Every place of the default policy. */
const places = (node: unknown): string[][] =>
  typeof node === 'object' && node !== null
    ? Object.entries(node).flatMap(([step, below]) => [
        [step],
        ...places(below).map((path) => [step, ...path]),
      ])
    : []

const changed = (node: unknown, path: readonly string[], value: unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined) return value
  const copy = (Array.isArray(node) ? [...node] : { ...(node as object) }) as Record<
    string,
    unknown
  >
  copy[step] = changed(copy[step], rest, value)
  return copy
}

const SPECIAL = [
  null,
  '',
  0,
  -1,
  0.5,
  1e300,
  '10.00',
  'constructor',
  '__proto__',
  'toString',
  [],
  {},
]
const arbitraryValue = fc.oneof(
  fc.constantFrom<unknown>(...SPECIAL),
  fc.constantFrom(...places(document).map((path) => path.at(-1))),
  fc.jsonValue({ maxDepth: 3 }),
)

describe('reading whatever comes', () => {
  it('gives a policy or its problems for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), arbitraryCurrency, (text, by) => {
        const read = reading(text, by)
        expect(read).toBeInstanceOf(CodedError)
        expectPlaces(read as CodedError, text)
      }),
      { numRuns: 300 },
    )
  })

  it('gives a policy or its problems where a piece of the text is missing or doubled', () => {
    const { length } = defaultPolicyText
    const piece = fc.tuple(fc.nat(length), fc.nat(60), fc.constantFrom(0, 2))
    fc.assert(
      fc.property(piece, arbitraryCurrency, ([from, span, times], by) => {
        const middle = defaultPolicyText.slice(from, from + span).repeat(times)
        const rest = defaultPolicyText.slice(from + span)
        const text = defaultPolicyText.slice(0, from) + middle + rest
        const read = reading(text, by)
        if (read instanceof CodedError) expectPlaces(read, text)
        else expectSound(read)
      }),
      { numRuns: 400 },
    )
  })

  it('gives a policy or its problems where values are exchanged for any others', () => {
    const change = fc.tuple(fc.constantFrom(...places(document)), arbitraryValue)
    let policies = 0
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let other = document
        for (const [path, value] of changes)
          try {
            other = changed(other, path, value)
          } catch {
            // An earlier change took the place away.
          }
        const text = stringify(other)
        const read = reading(text, 'USD')
        if (read instanceof CodedError) expectPlaces(read, text)
        else {
          expectSound(read)
          policies++
        }
      }),
      { numRuns: 400 },
    )
    expect(policies).toBeGreaterThan(0)
  })
})
