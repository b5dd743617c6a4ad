import { heldRule } from './held-policy.ts'
import type { Rule } from './policy.ts'
import type { SoundParts } from './sound-parts.ts'
import { unknownName } from './unknown-name.ts'
import type { Path, Problem } from './yaml-source.ts'

/** Rules that name what is not there, name a treatment twice, or can never be reached. */
export const ruleProblems = (parts: SoundParts): Problem[] => {
  const segments = parts.segments?.map(({ name }) => name)
  const rules = parts.rules.map(([index, written]) => ({
    path: ['rules', index],
    rule: heldRule(written, segments ?? []),
  }))
  return [
    ...rules.flatMap(({ path, rule }) => candidateProblems(rule, path, parts.treatmentNames)),
    ...rules.flatMap(({ path, rule }) =>
      rule.segments.flatMap((segment, index) =>
        unknownName(segment, segments, {
          path: [...path, 'segments', String(index)],
          of: 'segment',
        }),
      ),
    ),
    ...(segments === undefined ? [] : unreachable(rules)),
  ]
}

const candidateProblems = (
  { candidates }: Rule,
  rule: Path,
  treatments: readonly string[] | undefined,
): Problem[] =>
  candidates.flatMap(({ treatment }, index) => {
    const path = [...rule, 'treat', String(index)]
    const first = candidates.findIndex((other) => other.treatment === treatment)
    if (first !== index) return [{ path, ...namedTwice(treatment) }]
    return unknownName(treatment, treatments, { path, of: 'treatment' })
  })

const namedTwice = (treatment: string) => ({
  what: `The rule names ${JSON.stringify(treatment)} twice`,
  fix: 'Name it once, with a weight',
})

/** A rule whose every case an earlier one takes. Cases are few: 3 tiers, 8 reasons, the segments. */
const unreachable = (rules: readonly { path: Path; rule: Rule }[]): Problem[] => {
  const taken = new Set<string>()
  return rules.flatMap(({ path, rule }) => {
    const cases = casesOf(rule)
    const isReached = cases.some((one) => !taken.has(one))
    for (const one of cases) taken.add(one)
    return isReached ? [] : [{ path, ...UNREACHABLE }]
  })
}

const casesOf = ({ tiers, reasons, segments }: Rule): string[] =>
  tiers.flatMap((tier) =>
    reasons.flatMap((reason) => segments.map((segment) => JSON.stringify([tier, reason, segment]))),
  )

const UNREACHABLE = {
  what: 'Earlier rules take every customer that this one fits',
  fix: 'Move it before them, or leave it out',
}
