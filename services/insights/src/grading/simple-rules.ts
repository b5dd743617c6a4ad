import type { SimpleRule } from '@ebb/contracts/grades-api'
import type { GradedRisk, GradedScore } from './graded-risk.ts'
import { equalGroups, type Groups, groupOf } from './score-groups.ts'

/** What a rule said in a month, in ten groups, and which share of each was quiet. */
export interface RuleGroups extends Groups {
  readonly rates: readonly number[]
}

/** The rules that the model is held against, by what each calls the risk of a customer. */
const SIMPLE_RULES = {
  silence: ({ silentDays }) => silentDays,
  gap: ({ silentDays, gapDays }) => (gapDays ? silentDays / gapDays : undefined),
} as const satisfies Readonly<Record<SimpleRule, (risk: GradedRisk) => number | undefined>>

export const RULE_NAMES = ['silence', 'gap'] as const satisfies readonly SimpleRule[]

/** A score beside what a rule says of the same customer. */
export interface RuledScore {
  readonly score: GradedScore
  readonly said: number
}

/** The scores that a rule can say something of: without a second order day there is no own gap. */
export const ruledBy = (rule: SimpleRule, scores: readonly GradedScore[]): RuledScore[] =>
  scores.flatMap((score) => {
    const said = SIMPLE_RULES[rule](score)
    return said === undefined ? [] : [{ score, said }]
  })

/** What the rule would forecast next month: see `forecastBy`. */
export const ruleGroups = (ruled: readonly RuledScore[]): RuleGroups => {
  const { edges, counts } = equalGroups(ruled.map(({ said }) => said))
  const quiet = counts.map(() => 0)
  for (const { said, score } of ruled) quiet[groupOf(edges, said)]! += Number(score.isQuiet)
  // A customer of either kind is added: no group is ever sure.
  return { edges, counts, rates: quiet.map((count, group) => (count + 1) / (counts[group]! + 2)) }
}

/** A rule has no probability of its own: it forecasts what was true of its group a month earlier. */
export const forecastBy = ({ edges, rates }: RuleGroups, said: number): number =>
  rates[groupOf(edges, said)]!
