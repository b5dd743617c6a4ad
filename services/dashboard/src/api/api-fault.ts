/** Why a request brought nothing: what the server says, or that it said nothing at all. */
export interface ApiFault {
  /** 0 where no answer came. */
  readonly status: number
  readonly code: string
  readonly message: string
  readonly where?: string
  readonly fix?: string
}

/** `UNREACHABLE` stands in for a code where no answer came. */
export const UNREACHABLE: ApiFault = { status: 0, code: 'UNREACHABLE', message: '' }

/** Reads the body of an answer of 4xx or 5xx; what is no such body is told by its status. */
export const faultOf = (status: number, body: string): ApiFault => {
  try {
    const { error } = JSON.parse(body) as { error: Omit<ApiFault, 'status'> }
    if (typeof error.message === 'string') return { ...error, status }
  } catch {
    // A proxy in between may answer with a page of its own.
  }
  return { status, code: `HTTP ${status}`, message: body.slice(0, 200) }
}
