import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ReasonCode, type Tier } from '@ebb/contracts/alert-record'
import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { defaultPolicyText } from './default-policy.ts'
import { policyJsonSchema } from './policy-schema.ts'
import { readPolicy } from './read-policy.ts'

const REASONS = ReasonCode.anyOf.map((code) => code.const)
const policy = readPolicy(defaultPolicyText, { currency: 'USD' })

/** Kinds of treatment that the default policy has for a tier, whoever the customer is. */
const kindsFor = (tier: Tier): string[] => {
  const kinds = REASONS.flatMap((reason) =>
    policy.segments.flatMap(({ name }) => {
      const rule = policy.rules.find(
        ({ tiers, reasons, segments }) =>
          tiers.includes(tier) && reasons.includes(reason) && segments.includes(name),
      )
      return rule!.candidates.map(({ treatment }) => policy.treatments[treatment]!.kind)
    }),
  )
  return [...new Set(kinds)].sort()
}

describe('the default policy', () => {
  it.each(Intl.supportedValuesOf('currency'))('has no problem in %s', (currency) => {
    expect(readPolicy(defaultPolicyText, { currency }).name).toBe('Default')
  })

  it('does what the field does', () => {
    expect(kindsFor('light')).toEqual(['coupon', 'exclusive_service', 'recommendation'])
    expect(kindsFor('moderate')).toEqual(['limited_discount', 'points', 'support_contact'])
    expect(kindsFor('heavy')).toEqual(['service_call', 'survey'])
  })

  it('leaves nobody without a treatment but those who have no use for the shop any more', () => {
    const empty = policy.rules.filter(({ candidates }) => candidates.length === 0)
    expect(empty.map(({ reasons }) => reasons)).toEqual([['NATURAL_END']])
  })

  it('holds out a tenth, needs consent, and spends within budgets', () => {
    expect(policy.experiment.holdOut).toBe(0.1)
    expect(policy.consent.unknown).toBe('deny')
    expect(Object.keys(policy.budgets)).toEqual(['coupons', 'limited-discounts'])
  })
})

const EXAMPLES = join(import.meta.dirname, '../../../../examples/policies')
const example = (file: string): string => readFileSync(join(EXAMPLES, file), 'utf8')

describe('the examples', () => {
  it.each(readdirSync(EXAMPLES).filter((file) => file.endsWith('.yaml')))(
    '%s can be read',
    (file) => {
      expect(readPolicy(example(file), { currency: 'USD' }).rules.length).toBeGreaterThan(0)
    },
  )

  it('have the schema that policies are read by, for editors', () => {
    expect(JSON.parse(example('policy.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(policyJsonSchema())),
    )
  })
})

describe('the JSON Schema of policies', () => {
  const schema = Compile(JSON.parse(JSON.stringify(policyJsonSchema())))
  const document = parse(defaultPolicyText)

  it('takes the default policy', () => {
    expect(schema.Check(document)).toBe(true)
  })

  it.each([
    ['an unknown field', { ...document, holdOut: 0.1 }],
    ['a budget whose name is none', { ...document, budgets: { 'no name': { limit: 1 } } }],
    ['a missing field', { ...document, name: undefined }],
  ])('refuses %s', (_, other) => {
    expect(schema.Check(JSON.parse(JSON.stringify(other)))).toBe(false)
  })
})
