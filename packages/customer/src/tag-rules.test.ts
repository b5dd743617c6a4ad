import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from './calendar.ts'
import { TAG_FIELDS, type TagFacts } from './tag-fields.ts'
import { readTagRules, type TagProblem, type TagRules, tagsOf } from './tag-rules.ts'
import { WINDOW_TOTALS, type WindowTotals } from './windows.ts'

const NOW = Date.UTC(2026, 5, 1, 12)
const AT = { now: NOW, minorUnits: 100 }

const totals = (over: Partial<WindowTotals> = {}): WindowTotals => ({
  ...(Object.fromEntries(WINDOW_TOTALS.map((name) => [name, 0])) as WindowTotals),
  ...over,
})
const NOTHING = totals()
const VISITOR: TagFacts = {
  windows: { d1: NOTHING, d7: NOTHING, d30: NOTHING, d90: NOTHING, lifetime: NOTHING },
  ...{ rhythm: null, consent: {}, attributes: {} },
  tastes: { categories: [], brands: [], channels: [], devices: [] },
}
const ANN: TagFacts = {
  windows: {
    ...VISITOR.windows,
    d90: totals({ orders: 3, netMinor: 12_050 }),
    lifetime: totals({ orders: 9, netMinor: 60_000, grossMinor: 61_000, refundedMinor: 1_000 }),
  },
  rhythm: { repeatDays: 4, firstAt: NOW - 200 * DAY_MS, lastAt: NOW - 36 * 3_600_000 },
  ...{ lifecycle: 'active', tier: 'healthy', consent: { marketing: true } },
  tastes: { ...VISITOR.tastes, brands: [{ name: 'Acme' }, { name: 'Zed' }] },
  attributes: { plan: 'gold', age: 35, interests: ['shoes'], home: { city: 'Bonn' }, none: null },
}

const rulesOf = (...whens: string[]): string =>
  JSON.stringify({ tags: whens.map((when, index) => ({ tag: `t${index}`, when })) })

const read = (text: string): TagRules => {
  const found = readTagRules(text)
  if ('problems' in found) throw new Error(JSON.stringify(found.problems))
  return found
}
const problemsOf = (text: string): readonly TagProblem[] => {
  const found = readTagRules(text)
  return 'problems' in found ? found.problems : []
}
const isGiven = (when: string, facts: TagFacts = ANN): boolean | string => {
  const { tags, faults } = tagsOf(read(rulesOf(when)), facts, AT)
  return faults.get('t0') ?? tags.includes('t0')
}

describe('a condition', () => {
  test.each([
    'orders.d90 >= 3 && revenue.lifetime > 500.0',
    'orders.d90 == 3 && orders.d30 == 0',
    'revenue.lifetime == 600.0 && grossRevenue.lifetime == 610.0 && refunded.lifetime > 9',
    'orderDays == 5',
    'daysSinceOrder == 1.5 && daysSinceFirstOrder == 200.0',
    'lifecycle == "active" && tier in ["healthy", "light"]',
    'consent.marketing && !consent.analytics',
    'favourite.brand == "Acme" && favourite.category == ""',
    'profile.plan == "gold" && profile.age > 30',
    '"shoes" in profile.interests && profile.home.city.startsWith("B")',
    'has(profile.plan) && !has(profile.missing) && !has(profile.constructor)',
  ])('%s holds for Ann', (when) => {
    expect(isGiven(when)).toBe(true)
  })

  test.each([
    'orders.lifetime > 0',
    'daysSinceOrder < 1000000.0',
    'lifecycle != "none" || tier != "none"',
    'consent.marketing || consent.analytics',
    'orderDays > 0',
  ])('%s does not hold for a visitor', (when) => {
    expect(isGiven(when, VISITOR)).toBe(false)
  })

  test('that cannot be told gives no tag, says why, and leaves the others alone', () => {
    const rules = read(rulesOf('profile.missing == 1', 'orderDays == 5', 'profile.plan > 3'))
    const { tags, faults } = tagsOf(rules, ANN, AT)
    expect(tags).toEqual(['t1'])
    expect([...faults]).toEqual([
      ['t0', 'No such key: missing'],
      ['t2', expect.stringMatching(/no such overload/)],
    ])
  })

  test.each(TAG_FIELDS.map(({ name }) => [name] as const))('may name %s', (name) => {
    const { type, parts = [''] } = TAG_FIELDS.find((field) => field.name === name)!
    const literal = { int: '-1', double: '-1.0', string: '"?"', bool: 'false' }[type as 'int']
    for (const part of parts) {
      const field = part === '' ? name : `${name}.${part}`
      const when = literal === undefined ? `size(${field}) == 0` : `${field} == ${literal}`
      expect(isGiven(when, VISITOR)).toBe(type === 'bool' || type === 'map<string, dyn>')
    }
  })

  test('throws nothing, whatever the attributes are', () => {
    const rules = read(rulesOf('has(profile.a) && profile.a == "x"', 'profile.__proto__ == 1'))
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', '__proto__', 'b'), fc.jsonValue()),
        (attributes) => {
          const { tags } = tagsOf(rules, { ...VISITOR, attributes }, AT)
          expect(tags.includes('t0')).toBe(
            Object.hasOwn(attributes, 'a') && attributes['a'] === 'x',
          )
        },
      ),
    )
  })
})

describe('rules that cannot be applied', () => {
  test.each([
    ['orders.d91 > 1', 'tags[0].when, character 8', /No such key: d91/],
    ['order.d90 > 1', 'tags[0].when, character 1', /Unknown variable: order/],
    ['orders.d90 > "3"', 'tags[0].when, character 1', /int > string/],
    ['orders.d90 >=', 'tags[0].when, character 14', /EOF/],
    ['lifecycle', 'tags[0].when', /of the type string, not true or false/],
    ['profile.isVip', 'tags[0].when', /of any type/],
    ['lifecycle.matches("(a+)+")', 'tags[0].when', /matches\(\) is not allowed/],
    ['profile.x.exists(a, a == 1)', 'tags[0].when', /exists\(\) is not allowed/],
    ['!(has(profile.x) && profile.x.all(a, a == 1))', 'tags[0].when', /all\(\) is not allowed/],
    ['x'.repeat(1_001), 'tags[0].when', /no condition/],
    [Array(160).fill('true').join('&&'), 'tags[0].when', /maxAstNodes/],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, 'tags[0].when', /maxDepth/],
  ])('%s: what, where and how to mend it', (when, where, what) => {
    const problems = problemsOf(rulesOf(when))
    expect(problems).toEqual([
      {
        where: expect.stringContaining(where),
        what: expect.stringMatching(what),
        fix: expect.any(String),
      },
    ])
    expect(problems[0]!.fix.length).toBeGreaterThan(10)
  })

  test.each([
    ['{', ['the file']],
    ['[]', ['the file']],
    ['{"tags":{}}', ['the file']],
    ['{"tags":[],"version":1}', ['version']],
    ['{"tags":[null,1]}', ['tags[0]', 'tags[1]']],
    ['{"tags":[{"tag":"A b","when":"true","if":"x"}]}', ['tags[0].if', 'tags[0].tag']],
    ['{"tags":[{"tag":"a","when":"true"},{"tag":"a","when":"false"}]}', ['tags[1].tag']],
    ['{"tags":[{"tag":"a"},{"when":"true"}]}', ['tags[0].when', 'tags[1].tag']],
  ])('%s', (text, places) => {
    expect(problemsOf(text).map(({ where }) => where)).toEqual(places)
  })

  test('more tags than there may be', () => {
    expect(readTagRules(rulesOf(...Array<string>(101).fill('true')))).toHaveProperty('problems')
    expect(read(rulesOf(...Array<string>(100).fill('true'))).rules).toHaveLength(100)
  })

  test('no text at all makes it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((when) => rulesOf(when)),
        ),
        (text) => {
          expect(readTagRules(text)).toBeTypeOf('object')
        },
      ),
    )
  })
})

test('every field stands in the documentation, with its type', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/customers.md'), 'utf8')
  for (const { name, type, parts } of TAG_FIELDS) {
    if (type === 'int' && parts !== undefined) {
      expect(page).toContain(`\`${name}\``)
      continue
    }
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}`))
    expect(row, name).toContain(`| ${type} |`)
    for (const part of parts ?? []) expect(row, name).toContain(part)
  }
})
