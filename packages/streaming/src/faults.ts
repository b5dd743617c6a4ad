/** A fault that may pass: the same call may succeed later. Its outcome is unknown. */
export class TransientError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}

/** A broken invariant: going on could lose or double something, so the process must end. */
export class HaltError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(`${code}: ${message}`, options)
    this.code = code
  }
}
