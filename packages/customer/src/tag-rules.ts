import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js'
import { TAG_FIELDS, type TagFacts, type TagMoment, tagValues } from './tag-fields.ts'

/** What is wrong with a file of rules, where, and how to mend it. */
export interface TagProblem {
  readonly where: string
  readonly what: string
  readonly fix: string
}

/** One tag, and who gets it. */
interface TagRule {
  readonly tag: string
  readonly condition: Condition
}

interface Condition {
  readonly holds: ParseResult
  /** Fields that it names: CEL takes its time over every one that it is given. */
  readonly fields: readonly string[]
}

/** Rules that can be applied. */
export interface TagRules {
  readonly rules: readonly TagRule[]
}

/** What a customer gets. */
export interface GivenTags {
  /** In the order of the alphabet. */
  readonly tags: readonly string[]
  /** Why the others could not be told, by tag: such a tag is not given. */
  readonly faults: ReadonlyMap<string, string>
}

/** Tags of one file. */
export const MOST_TAGS = 100
const LONGEST_CONDITION = 1_000
const TAG = /^[a-z0-9][a-z0-9_-]{0,39}$/

/** Neither loops nor patterns: a condition takes as long as it is. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['has', 'size', 'int', 'double', 'string', 'bool', 'type', 'dyn'],
  ...['startsWith', 'endsWith', 'contains', 'lowerAscii', 'upperAscii', 'trim'],
])

const ENVIRONMENT = TAG_FIELDS.reduce(
  (environment, { name, type, parts }) =>
    parts === undefined
      ? environment.registerVariable(name, type)
      : environment.registerVariable({
          name,
          schema: Object.fromEntries(parts.map((part) => [part, type])),
        }),
  new Environment({
    unlistedVariablesAreDyn: false,
    limits: { maxAstNodes: 300, maxDepth: 40, maxListElements: 100, maxCallArguments: 4 },
  }),
)

/**
 * Reads rules in JSON: `{ "tags": [{ "tag": "vip", "when": "orders.d90 >= 3" }] }`, each `when` an
 * expression of CEL over the fields of `TAG_FIELDS` that is true or false. Every problem there is
 * comes back where it cannot be applied.
 */
export const readTagRules = (
  text: string,
): TagRules | { readonly problems: readonly TagProblem[] } => {
  const document = parsed(text)
  if ('problems' in document) return document
  const entries = entriesOf(document.value)
  if ('problems' in entries) return entries
  const problems: TagProblem[] = []
  const rules: TagRule[] = []
  const seen = new Map<string, number>()
  for (const [index, entry] of entries.value.entries()) {
    const rule = ruleOf(entry, `tags[${index}]`)
    if ('problems' in rule) problems.push(...rule.problems)
    else rules.push(rule)
    const tag = (entry as Partial<Record<'tag', unknown>> | null)?.tag
    if (typeof tag !== 'string') continue
    const first = seen.get(tag)
    if (first === undefined) seen.set(tag, index)
    else
      problems.push({
        where: `tags[${index}].tag`,
        what: `"${tag}" stands in tags[${first}] already`,
        fix: 'Keep one of them; || joins two conditions',
      })
  }
  return problems.length === 0 ? { rules } : { problems }
}

/** The tags of a customer. Pure: equal for equal arguments. */
export const tagsOf = ({ rules }: TagRules, facts: TagFacts, at: TagMoment): GivenTags => {
  const tags: string[] = []
  const faults = new Map<string, string>()
  if (rules.length === 0) return { tags, faults }
  const values = tagValues(facts, at)
  for (const { tag, condition } of rules) {
    const named = Object.fromEntries(condition.fields.map((field) => [field, values[field]]))
    try {
      if (condition.holds(named) === true) tags.push(tag)
    } catch (error) {
      faults.set(tag, summaryOf(error))
    }
  }
  return { tags: tags.sort(), faults }
}

type Read<T> = { readonly value: T } | { readonly problems: readonly TagProblem[] }

const parsed = (text: string): Read<unknown> => {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    const what = `This is not JSON: ${(error as Error).message}`
    return problem('the file', what, 'Correct it; an editor that knows JSON shows the place')
  }
}

const SHAPE = '{ "tags": [{ "tag": "vip", "when": "orders.d90 >= 3" }] }'

const entriesOf = (value: unknown): Read<readonly unknown[]> => {
  const { tags, ...others } = (isObject(value) ? value : {}) as Record<string, unknown>
  const [unknown] = Object.keys(others)
  if (!Array.isArray(tags)) return problem('the file', 'There is no list of tags', `Write ${SHAPE}`)
  if (unknown !== undefined)
    return problem(unknown, 'Nothing is known of this', `Leave it out; write ${SHAPE}`)
  if (tags.length > MOST_TAGS)
    return problem('tags', `There are ${tags.length} of them`, `Keep ${MOST_TAGS} at most`)
  return { value: tags }
}

const ruleOf = (
  entry: unknown,
  where: string,
): TagRule | { readonly problems: readonly TagProblem[] } => {
  if (!isObject(entry)) return problem(where, 'This is no rule', 'Write { "tag": …, "when": … }')
  const { tag, when, ...others } = entry
  const problems = Object.keys(others).map((name) => ({
    where: `${where}.${name}`,
    what: 'Nothing is known of this',
    fix: 'Leave it out: a rule has tag and when',
  }))
  if (typeof tag !== 'string' || !TAG.test(tag))
    problems.push({
      where: `${where}.tag`,
      what: `${JSON.stringify(tag) ?? 'Nothing'} is no name of a tag`,
      fix: 'Write up to 40 small letters, digits, - and _, beginning with a letter or a digit',
    })
  const condition = conditionOf(when, `${where}.when`)
  if ('problems' in condition) return { problems: [...problems, ...condition.problems] }
  return problems.length > 0 ? { problems } : { tag: tag as string, condition: condition.value }
}

const conditionOf = (when: unknown, where: string): Read<Condition> => {
  if (typeof when !== 'string' || when.length > LONGEST_CONDITION)
    return problem(
      where,
      'This is no condition',
      `Write an expression such as "orders.d90 >= 3", of up to ${LONGEST_CONDITION} characters`,
    )
  const { valid, type, error } = ENVIRONMENT.check(when)
  if (!valid) return cannotRead(where, error)
  if (type !== 'bool')
    return problem(
      where,
      `It is ${type === 'dyn' ? 'of any type' : `of the type ${type}`}, not true or false`,
      'Compare it with something, as in profile.plan == "gold"',
    )
  const holds = ENVIRONMENT.parse(when)
  const foreign = namesIn(holds.ast, CALLS).find((name) => !FUNCTIONS.has(name))
  if (foreign === undefined) return { value: { holds, fields: namesIn(holds.ast, FIELDS) } }
  return problem(
    where,
    `${foreign}() is not allowed`,
    `Use ${[...FUNCTIONS].join(', ')}; of a list "shoes" in profile.interests`,
  )
}

const cannotRead = (where: string, error: Parameters<typeof summaryOf>[0]) => {
  const { code, range } = error as { code?: string; range?: { start: number } }
  const place = range === undefined ? where : `${where}, character ${range.start + 1}`
  return problem(place, summaryOf(error), MENDS[code ?? ''] ?? 'Correct the expression')
}

const NAMES = TAG_FIELDS.map(({ name }) => name).join(', ')

const MENDS: Readonly<Record<string, string>> = {
  unknown_variable: `Name one of ${NAMES}; a text stands in quotation marks`,
  no_such_key: 'Windows are d1, d7, d30, d90 and lifetime; docs/customers.md has the other parts',
  no_such_overload: 'Compare values of one type: a text in quotation marks, a number without',
}

const summaryOf = (error: unknown): string => {
  const { summary, message } = error as { summary?: string; message?: string }
  return summary ?? message ?? 'It cannot be read'
}

const CALLS: readonly string[] = ['call', 'rcall']
const FIELDS: readonly string[] = ['id']

/** Names within an expression, each once, that stand there by one of these operators. */
const namesIn = (node: unknown, by: readonly string[]): string[] => {
  if (Array.isArray(node)) return [...new Set(node.flatMap((each) => namesIn(each, by)))]
  if (!isNode(node)) return []
  const { op, args } = node
  const own = by.includes(op) ? [String(Array.isArray(args) ? args[0] : args)] : []
  return [...new Set([...own, ...namesIn(args, by)])]
}

const isNode = (value: unknown): value is ASTNode => isObject(value) && 'op' in value

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const problem = (where: string, what: string, fix: string) => ({ problems: [{ where, what, fix }] })
