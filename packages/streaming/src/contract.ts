/** One promise of a port: throws an `AssertionError` where the adapter does not keep it. */
export interface ContractCase<Harness> {
  readonly name: string
  /** Only for adapters whose data outlive them. */
  readonly durableOnly?: true
  run(harness: Harness): Promise<void>
}

/** A promise and the function that keeps it. */
export const signal = <T = void>() => {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
