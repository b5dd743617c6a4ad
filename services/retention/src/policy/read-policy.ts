import { minorUnitExponent } from '@ebb/contracts/currency'
import { CodedError } from '@ebb/runtime/coded-error'
import { heldPolicy } from './held-policy.ts'
import type { Policy } from './policy.ts'
import { policyProblems } from './policy-problems.ts'
import { PolicyDocument } from './policy-schema.ts'
import { schemaProblems } from './schema-problems.ts'
import { type Problem, readYaml, type YamlSource } from './yaml-source.ts'

/** Far more than anybody writes. */
const MOST_CHARACTERS = 262_144

/**
 * Reads a policy in YAML; `currency` is an ISO 4217 code that is known. Throws `EBB_POLICY_INVALID`
 * with every problem: its line and column, where it is, what is wrong and how to mend it.
 */
export const readPolicy = (text: string, shop: { currency: string }): Policy => {
  if (text.length > MOST_CHARACTERS) throw tooLong(text)
  const source = readYaml(text)
  const exponent = minorUnitExponent(shop.currency)
  const problems = [...unstorable(text), ...problemsOf(source, exponent)]
  if (problems.length > 0) throw invalid(problems, source)
  return heldPolicy(source.value as PolicyDocument, exponent)
}

const problemsOf = ({ value, problems }: YamlSource, exponent: number): readonly Problem[] => {
  if (problems.length > 0) return problems
  const misfits = schemaProblems(PolicyDocument, value)
  return [...misfits, ...policyProblems(value, { misfits, exponent })]
}

/** A NUL, or half of a character: no store keeps them. */
const unstorable = (text: string): readonly Problem[] => {
  const offset = text.search(/\0|\p{Cs}/u)
  if (offset === -1) return []
  const what = 'This is no character of a text'
  return [{ path: [], what, fix: 'Remove it, and save the file as UTF-8', offset }]
}

const tooLong = (text: string): CodedError =>
  new CodedError(
    'EBB_POLICY_INVALID',
    {
      what: `The policy has ${text.length} characters, ${MOST_CHARACTERS} at most are read`,
      fix: 'Give the file of a policy, with fewer treatments or rules',
    },
    { status: 422 },
  )

/** More would only be scrolled past. */
const MOST_TOLD = 100

const invalid = (problems: readonly Problem[], source: YamlSource): CodedError => {
  const placed = problems
    .map((problem) => ({ ...problem, offset: problem.offset ?? source.offsetOf(problem.path) }))
    .sort((a, b) => a.offset - b.offset)
  const told = placed.slice(0, MOST_TOLD).map((problem) => lineOf(problem, source))
  const more = placed.length - told.length
  const number = placed.length === 1 ? '1 problem' : `${placed.length} problems`
  const lines = [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('.\n  ')
  return new CodedError(
    'EBB_POLICY_INVALID',
    { what: `The policy has ${number}`, fix: `Correct, by line:column\n  ${lines}` },
    { status: 422 },
  )
}

const lineOf = (problem: Problem & { offset: number }, source: YamlSource): string => {
  const { line, column } = source.lineAndColumn(problem.offset)
  const place = problem.path.map(shownStep).join('').replace(/^\./, '')
  const where = place === '' ? '' : ` ${place}`
  return `${line}:${column}${where}: ${problem.what}. ${problem.fix}`
}

const shownStep = (step: string): string => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)
