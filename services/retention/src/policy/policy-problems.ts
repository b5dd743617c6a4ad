import { moneyProblems } from './money-problems.ts'
import type { PolicyDocument } from './policy-schema.ts'
import { ruleProblems } from './rule-problems.ts'
import { soundParts } from './sound-parts.ts'
import { treatmentProblems } from './treatment-problems.ts'
import type { Problem } from './yaml-source.ts'

/** What is known of a document before its meaning is looked at. */
export interface SchemaVerdict {
  /** Where it leaves the schema. */
  readonly misfits: readonly Problem[]
  /** Decimals of the shop's currency. */
  readonly exponent: number
}

/** What a schema cannot say of a policy: money, names that lead nowhere, what has no effect. */
export const policyProblems = (value: unknown, { misfits, exponent }: SchemaVerdict): Problem[] => {
  const parts = soundParts(value, misfits)
  return [
    ...moneyProblems(value, parts.segments, exponent),
    ...quietHoursProblems(parts.quietHours),
    ...treatmentProblems(parts),
    ...ruleProblems(parts),
  ]
}

const quietHoursProblems = (hours: PolicyDocument['quietHours']): Problem[] =>
  hours !== undefined && hours.from === hours.until
    ? [
        {
          path: ['quietHours'],
          what: 'They end when they begin',
          fix: 'Write two times, or leave quietHours out where there are none',
        },
      ]
    : []
