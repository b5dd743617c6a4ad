/** What a person needs in order to mend a fault. */
export interface Diagnosis {
  /** What is wrong, as a sentence without its full stop. */
  readonly what: string
  /** File, variable, address or position in the input. */
  readonly where?: string | undefined
  /** What to do about it, as a sentence without its full stop. */
  readonly fix: string
}

/** The cause, and the HTTP status where the fault is told over HTTP (500 unless given). */
export interface CodedErrorOptions extends ErrorOptions {
  readonly status?: number
}

/** A fault with a code of docs/errors.md; its message says what, where and how to mend it. */
export class CodedError extends Error {
  readonly code: string
  readonly what: string
  readonly where: string | undefined
  readonly fix: string
  readonly status: number

  constructor(code: string, diagnosis: Diagnosis, options: CodedErrorOptions = {}) {
    const { what, where, fix } = diagnosis
    super(`${code}: ${what}${where === undefined ? '' : ` (${where})`}. ${fix}.`, options)
    this.code = code
    this.what = what
    this.where = where
    this.fix = fix
    this.status = options.status ?? 500
  }
}
