/** What one look at an installation found. */
export interface Check {
  readonly name: string
  /** `fail`: Ebb cannot work like this. `warn`: a person should know. */
  readonly status: 'ok' | 'warn' | 'fail'
  readonly found: string
  /** How to mend it. */
  readonly mend?: string
}

/** All is well. */
export const ok = (name: string, found: string): Check => ({ name, status: 'ok', found })

/** A person should know. */
export const warn = (name: string, found: string, mend: string): Check => ({
  ...{ name, status: 'warn', found, mend },
})

/** Ebb cannot work like this. */
export const fail = (name: string, found: string, mend: string): Check => ({
  ...{ name, status: 'fail', found, mend },
})

/** The check, or that it could not be made and why. */
export const attempt = async (
  name: string,
  check: () => Promise<Check> | Check,
): Promise<Check> => {
  try {
    return await check()
  } catch (error) {
    return fromError(name, error as Error)
  }
}

const fromError = (name: string, error: Error & { what?: string; fix?: string }): Check =>
  fail(name, error.what ?? error.message, error.fix ?? 'Restore the data folder from a backup')
