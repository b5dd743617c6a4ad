/** One promise of a port: throws an `AssertionError` where the adapter does not keep it. */
export interface ContractCase<Harness> {
  readonly name: string
  /** Only for adapters whose data outlive them. */
  readonly durableOnly?: true
  run(harness: Harness): Promise<void>
}
