import { readTagRules, type TagProblem, type TagRules } from '@ebb/customer/tag-rules'
import type { Postgres } from '@ebb/postgres/postgres-client'
import type { Queries } from '@ebb/postgres/transaction'
import { CodedError } from '@ebb/runtime/coded-error'

/** Rules in force. */
export interface AppliedTags {
  /** 0 before the first. */
  readonly version: number
  /** As they were written. */
  readonly text: string
  readonly appliedAt: number
}

const NO_RULES: AppliedTags = { version: 0, text: '{ "tags": [] }', appliedAt: 0 }

/** The rules in force; none at all before the first were applied. */
export const currentTags = async (queries: Queries): Promise<AppliedTags> => {
  const [latest] = await queries.query<AppliedTags>(
    `SELECT version, document AS text, applied_at AS "appliedAt"
     FROM tag_rules ORDER BY version DESC LIMIT 1`,
  )
  return latest ?? NO_RULES
}

let lastRead: { readonly text: string; readonly rules: TagRules } | undefined

/** The rules in force, to be applied. Reading takes longer than telling, so the last ones are kept. */
export const tagsInForce = async (
  queries: Queries,
): Promise<TagRules & Pick<AppliedTags, 'version'>> => {
  const { version, text } = await currentTags(queries)
  if (lastRead?.text !== text) lastRead = { text, rules: checkedRules(text) }
  return { version, ...lastRead.rules }
}

/** Rules that are read from a text. Throws `EBB_TAGS_INVALID` with every problem there is. */
export const checkedRules = (text: string): TagRules => {
  const found = readTagRules(text)
  if ('problems' in found) throw invalid(found.problems)
  return found
}

/** Puts rules in force; the same text again changes nothing. Throws `EBB_TAGS_INVALID`. */
export const applyTags = async (
  postgres: Postgres,
  text: string,
  now: number,
): Promise<AppliedTags> => {
  checkedRules(text)
  return postgres.transaction(async (tx) => {
    await tx.query('LOCK TABLE tag_rules IN EXCLUSIVE MODE')
    const before = await currentTags(tx)
    if (before.text === text) return before
    const applied = { version: before.version + 1, text, appliedAt: now }
    await tx.query('INSERT INTO tag_rules (version, document, applied_at) VALUES ($1, $2, $3)', [
      ...[applied.version, text, now],
    ])
    return applied
  })
}

const invalid = (problems: readonly TagProblem[]): CodedError => {
  const lines = problems.map(({ where, what, fix }) => `${where}: ${what}. ${fix}`)
  const number = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return new CodedError('EBB_TAGS_INVALID', {
    what: `The rules have ${number}`,
    fix: `Correct\n  ${lines.join('.\n  ')}`,
  })
}
