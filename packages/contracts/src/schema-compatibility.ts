/** A JSON Schema as it stands in a file. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * Where `later` may refuse what `earlier` accepted, or says no more what it said: one line each,
 * none where it is compatible. Knows the keywords that our schemas use; any other that differs is
 * told as a fault. What a `Refine` checks stands in no JSON Schema, and is not seen.
 */
export const incompatibilities = (earlier: JsonSchema, later: JsonSchema, at = ''): string[] => {
  if (!isNarrowed(later)) return []
  if (earlier['anyOf'] !== undefined || later['anyOf'] !== undefined)
    return unionFaults(branchesOf(earlier), branchesOf(later), at)
  return [
    ...keywordFaults(earlier, later, at),
    ...requiredFaults(earlier, later, at),
    ...partFaults(partsOf(earlier), partsOf(later), at),
  ]
}

const isNarrowed = (schema: JsonSchema): boolean => Object.keys(schema).length > 0

const branchesOf = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema]

/** Each branch of the earlier one has to be taken by one of the later. */
const unionFaults = (
  earlier: readonly JsonSchema[],
  later: readonly JsonSchema[],
  at: string,
): string[] =>
  earlier
    .filter((branch) => !later.some((other) => incompatibilities(branch, other).length === 0))
    .map((branch) => `${at || '/'}: ${JSON.stringify(branch)} is not taken any more`)

type Judge = (earlier: unknown, later: unknown) => boolean

const isAtMost: Judge = (earlier, later) =>
  later === undefined || (earlier !== undefined && Number(later) <= Number(earlier))
const isAtLeast: Judge = (earlier, later) =>
  later === undefined || (earlier !== undefined && Number(later) >= Number(earlier))
const isSameOrGone: Judge = (earlier, later) => later === undefined || isEqual(earlier, later)
const isEqual: Judge = (earlier, later) => JSON.stringify(earlier) === JSON.stringify(later)
const isWiderType: Judge = (earlier, later) =>
  isSameOrGone(earlier, later) || (earlier === 'integer' && later === 'number')

/** Whether the later value of a keyword takes all that the earlier one took. */
const KEYWORDS: Readonly<Record<string, Judge>> = {
  type: isWiderType,
  const: isSameOrGone,
  pattern: isSameOrGone,
  minimum: isAtMost,
  exclusiveMinimum: isAtMost,
  minLength: isAtMost,
  minItems: isAtMost,
  maximum: isAtLeast,
  maxLength: isAtLeast,
  maxItems: isAtLeast,
}
/** Those that are judged by themselves below. */
const PARTS = new Set(['required', 'properties', 'patternProperties', 'items'])

const keywordFaults = (earlier: JsonSchema, later: JsonSchema, at: string): string[] =>
  [...new Set([...Object.keys(earlier), ...Object.keys(later)])]
    .filter((keyword) => !PARTS.has(keyword))
    .filter((keyword) => !(KEYWORDS[keyword] ?? isEqual)(earlier[keyword], later[keyword]))
    .map(
      (keyword) =>
        `${at || '/'}: ${keyword} was ${told(earlier)(keyword)}, is ${told(later)(keyword)}`,
    )

const told =
  (schema: JsonSchema) =>
  (keyword: string): string =>
    JSON.stringify(schema[keyword]) ?? 'not given'

const namesIn = (schema: JsonSchema): readonly string[] =>
  (schema['required'] as readonly string[] | undefined) ?? []

const requiredFaults = (earlier: JsonSchema, later: JsonSchema, at: string): string[] =>
  namesIn(later)
    .filter((name) => !namesIn(earlier).includes(name))
    .map((name) => `${at}/${name}: is required now`)

/** Schemas within a schema, by what leads to them. */
const partsOf = (schema: JsonSchema): ReadonlyMap<string, JsonSchema> => {
  const items = schema['items'] as JsonSchema | undefined
  return new Map([
    ...Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>),
    ...Object.entries((schema['patternProperties'] ?? {}) as Record<string, JsonSchema>),
    ...(items === undefined ? [] : [['[]', items] as const]),
  ])
}

const partFaults = (
  earlier: ReadonlyMap<string, JsonSchema>,
  later: ReadonlyMap<string, JsonSchema>,
  at: string,
): string[] =>
  [...earlier].flatMap(([name, part]) => {
    const other = later.get(name)
    return other === undefined
      ? [`${at}/${name}: is gone`]
      : incompatibilities(part, other, `${at}/${name}`)
  })
