import { settledWithin } from '../survey/time-limit.ts'

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

/** What a check may take: all run at once, behind the first look at the engines. */
const PATIENCE_MS = 3_500

/** The check, or that it could not be made, and why. */
export const attempt = async (
  name: string,
  check: () => Promise<Check> | Check,
): Promise<Check> => {
  const made = await settledWithin(PATIENCE_MS, Promise.resolve().then(check))
  return made.status === 'fulfilled' ? made.value : failedBy(name, made.reason as Error)
}

const ASK_AGAIN = 'Look again; if it stays so, restore what cannot be read from a backup'

/** A check that an error has failed, in its words. */
export const failedBy = (name: string, error: FaultToMend, mend = ASK_AGAIN): Check =>
  fail(name, error.what ?? error.message, error.fix ?? mend)

type FaultToMend = Error & { readonly what?: string; readonly fix?: string }
