import { type AmountReading, readAmount } from './policy-amount.ts'
import type { PolicyDocument } from './policy-schema.ts'
import type { Path, Problem } from './yaml-source.ts'

/** Amounts that are none, and bounds of segments that do not rise from zero. */
export const moneyProblems = (
  value: unknown,
  segments: PolicyDocument['segments'] | undefined,
  exponent: number,
): Problem[] => [
  ...amountPaths(value).flatMap((path) => amountProblems(path, valueAt(path, value), exponent)),
  ...boundProblems(segments ?? [], exponent),
  ...sameNames(segments ?? []),
]

const amountPaths = (value: unknown): Path[] => [
  ['valueFloor'],
  ...keysAt(['segments'], value).map((index) => ['segments', index, 'from']),
  ...keysAt(['budgets'], value).map((name) => ['budgets', name, 'limit']),
  ...keysAt(['treatments'], value).flatMap((name) => [
    ['treatments', name, 'minimumOrder'],
    ['treatments', name, 'discount', 'maximum'],
    ['treatments', name, 'discount', 'amount'],
  ]),
]

const valueAt = (path: Path, value: unknown): unknown =>
  path.reduce<unknown>(
    (node, step) => (isMap(node) && Object.hasOwn(node, step) ? node[step] : undefined),
    value,
  )

const isMap = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null

const keysAt = (path: Path, value: unknown): string[] => {
  const node = valueAt(path, value)
  return isMap(node) ? Object.keys(node) : []
}

const amountProblems = (path: Path, amount: unknown, exponent: number): Problem[] => {
  // What is neither leaves the schema, and was told.
  if (typeof amount !== 'number' && typeof amount !== 'string') return []
  const reading = readAmount(amount, exponent)
  if ('what' in reading) return [{ path, ...reading }]
  return path.includes('discount') && reading.minor === 0 ? [{ path, ...NO_DISCOUNT }] : []
}

const NO_DISCOUNT = { what: 'This takes nothing off', fix: 'Write an amount above zero' }

const boundProblems = (segments: PolicyDocument['segments'], exponent: number): Problem[] => {
  const bounds = segments.map(({ from }) => minorOf(readAmount(from, exponent)))
  return bounds.flatMap((bound, index) => {
    const before = bounds[index - 1]
    const path = ['segments', String(index), 'from']
    if (index === 0 && bound !== 0 && bound !== undefined) return [{ path, ...NOT_FROM_ZERO }]
    if (bound === undefined || before === undefined || bound > before) return []
    return [{ path, ...NOT_RISING }]
  })
}

const minorOf = (reading: AmountReading): number | undefined =>
  'minor' in reading ? reading.minor : undefined

const NOT_FROM_ZERO = {
  what: 'Customers with less revenue than this are in no segment',
  fix: 'Let the first segment begin at 0',
}

const NOT_RISING = {
  what: 'The segment before begins here or later',
  fix: 'Put the segments in the order of their bounds, each bound once',
}

const sameNames = (segments: PolicyDocument['segments']): Problem[] =>
  segments.flatMap(({ name }, index) =>
    segments.findIndex((other) => other.name === name) === index
      ? []
      : [
          {
            path: ['segments', String(index), 'name'],
            what: `Another segment is named ${JSON.stringify(name)}`,
            fix: 'Give each segment a name of its own',
          },
        ],
  )
