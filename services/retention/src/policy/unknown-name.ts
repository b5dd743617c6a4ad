import type { Path, Problem } from './yaml-source.ts'

/** Where a name stands, and what it is to be the name of. */
export interface NamePlace {
  readonly path: Path
  readonly of: string
}

const MOST_TOLD = 10

/** The problem of a name that nothing has; none where there is no name, or names cannot be told. */
export const unknownName = (
  name: string | undefined,
  known: readonly string[] | undefined,
  { path, of }: NamePlace,
): Problem[] => {
  if (name === undefined || known === undefined || known.includes(name)) return []
  const what = `There is no ${of} ${JSON.stringify(name)}`
  if (known.length === 0) return [{ path, what, fix: `Add one, for there is no ${of} at all` }]
  const told = known.slice(0, MOST_TOLD).join(', ')
  return [
    { path, what, fix: `Add it, or name another: ${told}${known.length > MOST_TOLD ? ', …' : ''}` },
  ]
}
