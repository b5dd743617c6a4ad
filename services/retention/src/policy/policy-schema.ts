import { ReasonCode } from '@ebb/contracts/alert-record'
import { TreatmentKind } from '@ebb/contracts/winback-record'
import Type, { type Static, type TSchema } from 'typebox'

// A policy as a marketer writes it, in YAML. Every description completes "Expected: …" in what is said
// of a fault, and is what an editor shows. `policy.ts` is the policy as it is held.

const strictly = <P extends Record<string, TSchema>>(properties: P, description: string) =>
  Type.Object(properties, { additionalProperties: false, description })

const number = (minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, description: `${description}, ${minimum} to ${maximum}` })

const integer = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description: `${description}, ${minimum} to ${maximum}` })

/** One line, for people; no half of a surrogate pair, which PostgreSQL refuses. */
const label = (description: string) =>
  Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]{1,64}$', description })

const NAME = '[A-Za-z][A-Za-z0-9_-]{0,63}'
const NAMED = 'letters, digits, - and _, a letter first'

const name = (description: string) =>
  Type.String({ pattern: `^${NAME}$`, description: `${description}: ${NAMED}` })

const byName = <S extends TSchema>(entry: S, description: string) =>
  Type.Record(Type.String({ pattern: `^${NAME}$` }), entry, {
    additionalProperties: false,
    description: `${description}; names of ${NAMED}`,
  })

const oneOf = <const V extends string>(values: readonly V[]) =>
  Type.Enum([...values], { description: `One of ${values.join(', ')}` })

const listOf = <S extends TSchema>(item: S, description: string) =>
  Type.Array(item, { minItems: 1, maxItems: 1_000, description })

/** Text beside a number, for 10.00 is written as it is paid. */
const money = (description: string) =>
  Type.Unsafe<number | string>({
    type: ['number', 'string'],
    description: `${description}: an amount in the currency of the shop, such as 10 or 9.50`,
  })

const time = (description: string) =>
  Type.String({
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
    description: `${description}: a time of day such as "21:00"`,
  })

/** The longest that anything in a policy can last. */
const LONGEST_DAYS = 3_650

const DocumentDiscount = strictly(
  {
    percent: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 100,
        description: 'Percent of the order, above 0 up to 100',
      }),
    ),
    maximum: Type.Optional(money('The most that a discount in percent takes off')),
    amount: Type.Optional(money('What it takes off')),
  },
  'Either percent and maximum, or amount',
)

const DocumentTreatment = strictly(
  {
    kind: oneOf(TreatmentKind.anyOf.map((kind) => kind.const)),
    channels: listOf(
      label('The name of a channel, such as email, sms, push or phone'),
      'Ways to reach the customer, the first choice first',
    ),
    messageKey: label('What the sender knows the text of the message by'),
    discount: Type.Optional(DocumentDiscount),
    minimumOrder: Type.Optional(money('The smallest order that the coupon is good for')),
    validDays: Type.Optional(integer(1, LONGEST_DAYS, 'Days that the coupon is good for')),
    budget: Type.Optional(name('The budget that pays for the coupon')),
    points: Type.Optional(integer(1, 1_000_000_000, 'Points to give')),
    task: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 500,
        pattern: '^[^\\u0000\\ud800-\\udfff]*$',
        description: 'What a person is to do, in up to 500 characters',
      }),
    ),
  },
  'kind, channels and messageKey, and what the kind needs',
)

const DocumentCandidate = Type.Union(
  [
    name('A treatment'),
    strictly(
      {
        treatment: name('A treatment'),
        weight: integer(1, 1_000, 'How often it is chosen, beside the others'),
      },
      'treatment and weight',
    ),
  ],
  { description: 'The name of a treatment, or { treatment, weight } with a weight of 1 to 1000' },
)

const DocumentRule = strictly(
  {
    tiers: Type.Optional(
      listOf(
        oneOf(['light', 'moderate', 'heavy']),
        'A list of light, moderate and heavy; any of them where this is left out',
      ),
    ),
    reasons: Type.Optional(
      listOf(
        oneOf(ReasonCode.anyOf.map((code) => code.const)),
        'A list of reasons, of which the weightiest of a customer counts; any where this is left out',
      ),
    ),
    segments: Type.Optional(
      listOf(label('The name of a segment'), 'A list of segments; any where this is left out'),
    ),
    treat: Type.Array(DocumentCandidate, {
      maxItems: 100,
      description: 'A list of treatments, of which one is drawn; empty: nothing is done',
    }),
  },
  'treat, and any of tiers, reasons and segments',
)

/** A policy as it is written: amounts in major units of the shop's currency. */
export const PolicyDocument = strictly(
  {
    name: label('What people call this policy'),
    experiment: strictly(
      {
        id: name('What this experiment is called; another one deals the customers anew'),
        holdOut: number(0, 0.5, 'Share of customers for whom nothing is done, for comparison'),
        windowDays: integer(1, 365, 'Days after the decision in which an order counts as a return'),
      },
      'id, holdOut and windowDays',
    ),
    consent: strictly(
      {
        unknown: Type.Enum(['deny', 'allow'], {
          description: 'deny or allow, for customers who never said',
        }),
      },
      'unknown',
    ),
    valueFloor: money('Revenue of a customer below which nothing is done'),
    caps: strictly(
      {
        count: integer(1, 1_000, 'Win-backs of one customer at most, within the days'),
        days: integer(1, LONGEST_DAYS, 'Days that are looked back'),
      },
      'count and days',
    ),
    coolDownDays: integer(0, LONGEST_DAYS, 'Days between two win-backs of one customer'),
    quietHours: Type.Optional(
      strictly(
        {
          from: time('When they begin, in the time zone of the shop'),
          until: time('When they end, in the time zone of the shop'),
        },
        'from and until',
      ),
    ),
    expiresAfterDays: integer(1, 365, 'Days within which a win-back is carried out or dropped'),
    segments: listOf(
      strictly(
        {
          name: label('The name of the segment'),
          from: money('Revenue of a customer from which on they are in it'),
        },
        'name and from',
      ),
      'Segments of customers by revenue, the lowest first',
    ),
    budgets: Type.Optional(
      byName(
        strictly({ limit: money('The most that its coupons can cost in all') }, 'limit'),
        'Budgets by name',
      ),
    ),
    treatments: byName(DocumentTreatment, 'Treatments by name'),
    rules: listOf(DocumentRule, 'Rules, of which the first that fits counts'),
  },
  'A policy with name, experiment, consent, valueFloor, caps, coolDownDays, expiresAfterDays, ' +
    'segments, treatments and rules',
)
export type PolicyDocument = Static<typeof PolicyDocument>

/** JSON Schema (2020-12) of a policy file, for editors of YAML and JSON. */
export const policyJsonSchema = (): Readonly<Record<string, unknown>> => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Win-back policy of Ebb',
  ...PolicyDocument,
})
