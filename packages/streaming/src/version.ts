/**
 * Version of an output: generation, offset of the input record that caused it, and its place
 * among that record's outputs. Rises per key within one processor's topic.
 */
export interface Version {
  readonly generation: number
  readonly offset: number
  readonly index: number
}

/** Header that carries the version. */
export const VERSION_HEADER = 'version'

/** `generation.offset.index` */
export const formatVersion = ({ generation, offset, index }: Version): string =>
  `${generation}.${offset}.${index}`

/** Reads `generation.offset.index`; `undefined` where it is something else. */
export const parseVersion = (text: string | undefined): Version | undefined => {
  const found = /^(\d+)\.(\d+)\.(\d+)$/.exec(text ?? '')
  if (!found) return undefined
  return { generation: Number(found[1]), offset: Number(found[2]), index: Number(found[3]) }
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export const compareVersions = (a: Version, b: Version): number =>
  a.generation - b.generation || a.offset - b.offset || a.index - b.index
