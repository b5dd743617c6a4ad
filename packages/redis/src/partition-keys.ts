/** Whose states: one processor's, in one namespace. */
export interface StatesOwner {
  /** Namespace, such as `shop1.`; '' by default. */
  readonly prefix?: string
  /** Name of the processor, with what tells two of its generations apart. */
  readonly processor: string
}

/** The two keys of one partition; their hash tag puts both into one slot of a cluster. */
export interface PartitionKeys {
  /** Hash of epoch, offset and record. */
  readonly position: string
  /** Hash of customer to packed state. */
  readonly states: string
}

/** The keys of one partition: `ebb:{<prefix><processor>.<partition>}:position` and `…:states`. */
export const partitionKeys = (
  { prefix = '', processor }: StatesOwner,
  partition: number,
): PartitionKeys => {
  const tagged = `ebb:{${prefix}${processor}.${partition}}`
  return { position: `${tagged}:position`, states: `${tagged}:states` }
}
