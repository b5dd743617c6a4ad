import { CodedError } from '@ebb/runtime/coded-error'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readPolicy } from './read-policy.ts'

const USD = { currency: 'USD' }

const SMALL = `name: Small
experiment: { id: one, holdOut: 0.1, windowDays: 30 }
consent: { unknown: deny }
valueFloor: 0
caps: { count: 2, days: 30 }
coolDownDays: 7
quietHours: { from: "21:00", until: "08:00" }
expiresAfterDays: 3
segments:
  - { name: small, from: 0 }
  - { name: top, from: 99.50 }
budgets:
  coupons: { limit: 500 }
treatments:
  ten-off:
    kind: coupon
    discount: { percent: 10, maximum: 5 }
    minimumOrder: "20.00"
    validDays: 14
    budget: coupons
    channels: [email]
    messageKey: ten-off
  hello: { kind: survey, channels: [email, sms], messageKey: hello }
rules:
  - tiers: [light]
    segments: [top]
    treat: [{ treatment: ten-off, weight: 3 }, hello]
  - treat: [hello]
`

/** The problems of a policy, one a line. */
const problemsOf = (text: string, shop = USD): string[] => {
  try {
    readPolicy(text, shop)
    return []
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'EBB_POLICY_INVALID') throw error
    return error.fix.split('\n  ').slice(1)
  }
}

/** The small policy with one passage exchanged, which has to be there. */
const exchanged = (passage: string, other: string): string => {
  if (!SMALL.includes(passage)) throw new Error(`there is no ${passage}`)
  return SMALL.replace(passage, other)
}

describe('reading a policy', () => {
  it('holds money in minor units, times in minutes, and everything that a rule leaves out', () => {
    expect(readPolicy(SMALL, USD)).toEqual({
      name: 'Small',
      experiment: { id: 'one', holdOut: 0.1, windowDays: 30 },
      consent: { unknown: 'deny' },
      valueFloorMinor: 0,
      caps: { count: 2, days: 30 },
      coolDownDays: 7,
      quietHours: { fromMinute: 1_260, untilMinute: 480 },
      expiresAfterDays: 3,
      segments: [
        { name: 'small', fromMinor: 0 },
        { name: 'top', fromMinor: 9_950 },
      ],
      budgets: { coupons: { limitMinor: 50_000 } },
      treatments: {
        'ten-off': {
          id: 'ten-off',
          kind: 'coupon',
          channels: ['email'],
          messageKey: 'ten-off',
          coupon: {
            discount: { kind: 'percent', percent: 10, maximumMinor: 500 },
            minimumOrderMinor: 2_000,
            validDays: 14,
            budget: 'coupons',
          },
        },
        hello: { id: 'hello', kind: 'survey', channels: ['email', 'sms'], messageKey: 'hello' },
      },
      rules: [
        {
          tiers: ['light'],
          reasons: [
            'PRICE',
            'QUALITY',
            'SERVICE',
            'UX',
            'COMPETITOR',
            'NEED_CHANGE',
            'NATURAL_END',
            'UNKNOWN',
          ],
          segments: ['top'],
          candidates: [
            { treatment: 'ten-off', weight: 3 },
            { treatment: 'hello', weight: 1 },
          ],
        },
        expect.objectContaining({
          tiers: ['light', 'moderate', 'heavy'],
          segments: ['small', 'top'],
        }),
      ],
    })
  })

  it('holds an amount off, and no quiet hours or budgets where there are none', () => {
    const text = exchanged('{ percent: 10, maximum: 5 }', '{ amount: 7.25 }')
    const policy = readPolicy(text.replace(/quietHours.*\n/, ''), USD)
    expect(policy.treatments['ten-off']?.coupon?.discount).toEqual({
      kind: 'amount',
      amountMinor: 725,
    })
    expect(policy).not.toHaveProperty('quietHours')
  })

  it('counts in the minor units of the currency', () => {
    const dinars = readPolicy(exchanged('limit: 500', 'limit: 0.125'), { currency: 'KWD' })
    expect(dinars.budgets['coupons']).toEqual({ limitMinor: 125 })
    expect(problemsOf(SMALL, { currency: 'JPY' })).toEqual([
      '11:18 segments[1].from: 99.5 has more decimals than the currency of the shop. ' +
        'Write it without decimals',
    ])
  })

  it('takes names in any script', () => {
    const text = exchanged('name: Small', 'name: 挽回 🛍').replace('name: top', 'name: 贵宾')
    expect(readPolicy(text.replace('segments: [top]', 'segments: [贵宾]'), USD)).toMatchObject({
      name: '挽回 🛍',
      segments: [{ name: 'small' }, { name: '贵宾' }],
    })
  })

  it('follows aliases', () => {
    const text = exchanged('[email]', '&by [email]').replace('[email, sms]', '*by')
    expect(readPolicy(text, USD).treatments['hello']?.channels).toEqual(['email'])
  })
})

// Each passage, what it is exchanged for, and the whole of what is said of it.
const PROBLEMS = [
  ['name: Small', 'name: ""', '1:1 name: "" does not fit'],
  ['name: Small', 'name: "a\\u0000"', '1:1 name: "a\\u0000" does not fit'],
  ['name: Small', 'name: "\\ud83d"', '1:1 name: "\\ud83d" does not fit'],
  ['holdOut: 0.1', 'holdOut: 0.6', '2:24 experiment.holdOut: 0.6 does not fit. Expected: Share'],
  ['holdOut: 0.1', 'holdOut: -0.1', '2:24 experiment.holdOut: -0.1 does not fit'],
  ['windowDays: 30', 'windowDays: 1.5', '2:38 experiment.windowDays: 1.5 does not fit'],
  [
    'unknown: deny',
    'unknown: maybe',
    '3:12 consent.unknown: "maybe" does not fit. Expected: deny or',
  ],
  ['valueFloor: 0\n', '', '1:1: "valueFloor" is missing. Add it. Expected: Revenue'],
  ['valueFloor: 0', 'valueFloor: -1', '4:1 valueFloor: -1 is below zero'],
  ['valueFloor: 0', 'valueFloor: ten', '4:1 valueFloor: "ten" is no amount of money'],
  ['valueFloor: 0', 'valueFloor: [0]', '4:1 valueFloor: A list of 1 does not fit'],
  ['valueFloor: 0', 'valueFloor: 1e15', '4:1 valueFloor: 1000000000000000 is more money'],
  ['valueFloor: 0', 'valueFloor: .nan', '4:1 valueFloor: '],
  ['count: 2', 'count: 0', '5:9 caps.count: 0 does not fit'],
  ['coolDownDays: 7', 'coolDownDays: x', '6:1 coolDownDays: "x" does not fit'],
  ['"21:00"', '"9pm"', '7:15 quietHours.from: "9pm" does not fit'],
  ['"21:00"', '"08:00"', '7:1 quietHours: They end when they begin'],
  ['name: small, from: 0', 'name: small, from: 1', '10:20 segments[0].from: Customers with less'],
  ['from: 99.50', 'from: 0', '11:18 segments[1].from: The segment before begins here'],
  ['from: 99.50', 'from: 0.001', '11:18 segments[1].from: 0.001 has more decimals'],
  ['name: top', 'name: small', '11:7 segments[1].name: Another segment is named "small"'],
  ['limit: 500', 'limitt: 500', '13:14 budgets.coupons.limitt: There is no such field'],
  [
    'coupons: { limit',
    '7up: { limit',
    '13:3 budgets.7up: There is no such field. Correct its name',
  ],
  ['kind: coupon', 'kind: cupon', '16:5 treatments.ten-off.kind: "cupon" does not fit'],
  ['kind: coupon', 'kind: survey', '17:5 treatments.ten-off.discount: A treatment of kind survey'],
  ['percent: 10, maximum: 5', 'percent: 10', '17:5 treatments.ten-off.discount: A discount in per'],
  ['percent: 10, maximum: 5', 'maximum: 5', '17:5 treatments.ten-off.discount: A discount is eit'],
  ['percent: 10', 'percent: 10, amount: 3', '17:5 treatments.ten-off.discount: A discount is eit'],
  ['percent: 10', 'amount: 3', '17:28 treatments.ten-off.discount.maximum: An amount has no use'],
  ['percent: 10', 'percent: 101', '17:17 treatments.ten-off.discount.percent: 101 does not fit'],
  ['maximum: 5', 'maximum: 0', '17:30 treatments.ten-off.discount.maximum: This takes nothing off'],
  ['validDays: 14', 'validDays: 0', '19:5 treatments.ten-off.validDays: 0 does not fit'],
  ['    validDays: 14\n', '', '15:3 treatments.ten-off: A treatment of kind coupon needs "validD'],
  ['    budget: coupons\n', '', '15:3 treatments.ten-off: A treatment of kind coupon needs "budg'],
  ['budget: coupons', 'budget: coupon', '20:5 treatments.ten-off.budget: There is no budget "cou'],
  ['[email]', '[]', '21:5 treatments.ten-off.channels: A list of 0 does not fit'],
  ['kind: survey', 'kind: points', '23:3 treatments.hello: A treatment of kind points needs "poi'],
  ['kind: survey', 'kind: service_call', '23:3 treatments.hello: A treatment of kind service_call'],
  ['kind: survey', 'kind: survey, points: 5', '23:26 treatments.hello.points: A treatment of kind'],
  ['tiers: [light]', 'tiers: [healthy]', '25:13 rules[0].tiers[0]: "healthy" does not fit'],
  ['segments: [top]', 'segments: [tip]', '26:16 rules[0].segments[0]: There is no segment "tip"'],
  ['weight: 3', 'weight: 0', '27:13 rules[0].treat[0]: A map does not fit. Expected: The name of'],
  ['}, hello]', '}, helo]', '27:48 rules[0].treat[1]: There is no treatment "helo". Add it, or'],
  ['}, hello]', '}, ten-off]', '27:48 rules[0].treat[1]: The rule names "ten-off" twice'],
  [
    '  - treat: [hello]',
    '  - treat: [hello]\n  - { tiers: [heavy], treat: [] }',
    '29:5 rules[2]: Earl',
  ],
  ['rules:', 'rules: 3\nrest:', '24:1 rules: 3 does not fit'],
] as const

describe('the problems of a policy', () => {
  it.each(PROBLEMS)('%j as %j: %s', (passage, other, said) => {
    expect(problemsOf(exchanged(passage, other)).join('\n')).toContain(said)
  })

  it('are all told at once, in the order of the text', () => {
    const text = exchanged('holdOut: 0.1', 'holdOut: 2')
      .replace('count: 2', 'count: x')
      .replace('from: 99.50', 'from: 99.999')
      .replace('}, hello]', '}, nobody]')
    const places = problemsOf(text).map((problem) => problem.split(' ')[1])
    const expected = ['experiment.holdOut', 'caps.count', 'segments[1].from', 'rules[0].treat[1]']
    expect(places).toEqual(expected.map((place) => `${place}:`))
  })

  it('are placed where an alias leads', () => {
    const text = exchanged('[email]', '&by [""]').replace('[email, sms]', '*by')
    const [there, here] = problemsOf(text)
    expect(there).toContain('21:20 treatments.ten-off.channels[0]: "" does not fit')
    expect(here).toContain('21:20 treatments.hello.channels[0]: "" does not fit')
  })

  it('are told beyond the eight that the schema library stops at', () => {
    const entry = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, i]))
    const budgets = `budgets: ${JSON.stringify(entry)}`
    const text = SMALL.replace('budgets:\n  coupons: { limit: 500 }', budgets)
    expect(problemsOf(text).filter((problem) => problem.includes('does not fit'))).toHaveLength(20)
  })

  it('are counted where they are too many to be read', () => {
    const rules = stringify(Array.from({ length: 150 }, () => 3))
    const problems = problemsOf(SMALL.replace(/rules:[\s\S]*/, `rules:\n${rules}`))
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)).toBe('and 50 more')
  })

  it.each([
    ['is no YAML', 'name: [', /^1:8: This is not YAML: /],
    ['has a key twice', 'name: a\nname: b', /^2:1: This is not YAML: Map keys must be unique/],
    ['is empty', '', /^1:1: null does not fit/],
    ['is a list', '- 1', /^1:1: A list of 1 does not fit/],
    ['is two documents', 'a: 1\n---\nb: 2', /This is not YAML: /],
    ['nests deeper than the stack', '['.repeat(20_000), /This is not YAML: /],
    [
      'unfolds without end',
      [
        'a: &a [x]',
        ...'bcdefgh'.split('').map((k, i) => `${k}: &${k} [${`*${'abcdefg'[i]},`.repeat(20)}]`),
      ].join('\n'),
      /This is not YAML: /,
    ],
  ])('say that it %s', (_, text, said) => {
    expect(problemsOf(text).join('\n')).toMatch(said)
  })

  it('say that it is far too long', () => {
    const text = `${SMALL}${'#'.repeat(300_000)}`
    expect(() => readPolicy(text, USD)).toThrow(/has 300\d+ characters, 262144 at most are read/)
  })
})
