import type { PolicyDocument } from './policy-schema.ts'
import type { Path, Problem } from './yaml-source.ts'

/** The parts of a document that fit the schema, so that one slip does not hide all others. */
export interface SoundParts {
  readonly segments: PolicyDocument['segments'] | undefined
  readonly quietHours: PolicyDocument['quietHours']
  /** Names of all budgets, of unsound ones too; `undefined` where they cannot be told. */
  readonly budgetNames: readonly string[] | undefined
  readonly treatmentNames: readonly string[] | undefined
  readonly treatments: readonly (readonly [string, PolicyDocument['treatments'][string]])[]
  /** With their index. */
  readonly rules: readonly (readonly [string, PolicyDocument['rules'][number]])[]
}

/** What of a value can be looked at further, given all places at which it leaves the schema. */
export const soundParts = (value: unknown, misfits: readonly Problem[]): SoundParts => {
  const document = (isMap(value) ? value : {}) as Partial<PolicyDocument>
  const { segments, quietHours, budgets = {}, treatments, rules } = document
  return {
    segments: fits(['segments'], misfits) ? segments : undefined,
    quietHours: fits(['quietHours'], misfits) ? quietHours : undefined,
    budgetNames: namesOf('budgets', budgets, misfits),
    treatmentNames: namesOf('treatments', treatments, misfits),
    treatments: soundEntries('treatments', treatments, misfits),
    rules: soundEntries('rules', rules, misfits),
  }
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Names of all entries, `undefined` where the whole is of another shape. */
const namesOf = (field: string, part: object | undefined, misfits: readonly Problem[]) =>
  part === undefined || misfits.some(({ path }) => path.length === 1 && path[0] === field)
    ? undefined
    : Object.keys(part)

const soundEntries = <T>(
  field: string,
  part: Readonly<Record<string, T>> | readonly T[] | undefined,
  misfits: readonly Problem[],
): (readonly [string, T])[] => {
  if (part === undefined || namesOf(field, part, misfits) === undefined) return []
  const entries = Object.entries(part) as [string, T][]
  return entries.filter(([name]) => fits([field, name], misfits))
}

/** Whether nothing at or below a place leaves the schema. */
const fits = (path: Path, misfits: readonly Problem[]): boolean =>
  !misfits.some((misfit) => path.every((step, depth) => misfit.path[depth] === step))
