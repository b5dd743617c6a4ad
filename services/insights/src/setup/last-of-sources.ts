/** What is kept by source and time. */
interface Sourced {
  readonly at: string
  readonly source: string
}

/** The last things of each source. */
export interface LastOfSources<T> {
  /** In the order of time. */
  add(items: readonly T[]): void
  /** Of a source, or of all together, in the order of time. */
  of(source: string | undefined): readonly T[]
  clear(): void
}

const KEPT = 20

/** Keeps the last twenty of each source: a quiet one is not pushed out by a loud one. */
export const lastOfSources = <T>(sourced: (item: T) => Sourced): LastOfSources<T> => {
  const kept = new Map<string, T[]>()
  return {
    add: (items) => {
      for (const item of items) {
        const { source } = sourced(item)
        kept.set(source, [...(kept.get(source) ?? []), item].slice(-KEPT))
      }
    },
    of: (source) => {
      if (source !== undefined) return kept.get(source) ?? []
      const at = (item: T) => Date.parse(sourced(item).at)
      return [...kept.values()].flat().sort((left, right) => at(left) - at(right))
    },
    clear: () => kept.clear(),
  }
}
