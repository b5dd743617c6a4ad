import type { DecisionPage, WinbackStatus } from '@ebb/contracts/winback-api'
import { CodedError } from '@ebb/runtime/coded-error'

/** Where retention answers; nothing where there is none. */
export type RetentionAddress = { readonly url: string; readonly key: string } | undefined

/** One request, its path behind `/v1/winbacks`. */
export interface RetentionRequest {
  readonly method: string
  readonly path: string
  readonly contentType?: string | undefined
  readonly body?: Uint8Array<ArrayBuffer> | undefined
}

/** A test may wait for the target of a webhook. */
const PATIENCE_MS = 25_000
const GLANCE_MS = 3_000

/**
 * Retention's answer, whatever its status is. Throws `EBB_INSIGHTS_RETENTION_AWAY` where it cannot
 * be asked, or does not take our key: that is no fault of who asks us.
 */
export const askRetention = async (
  retention: RetentionAddress,
  { method, path, contentType, body }: RetentionRequest,
  patienceMs = PATIENCE_MS,
): Promise<Response> => {
  if (retention === undefined) throw away('none was set up')
  const headers = {
    authorization: `Bearer ${retention.key}`,
    ...(contentType !== undefined && { 'content-type': contentType }),
  }
  const answer = await fetch(`${retention.url}/v1/winbacks${path}`, {
    method,
    headers,
    body: body ?? null,
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  }).catch((cause: Error) => {
    throw away(String(cause.cause ?? cause.message), cause)
  })
  if (answer.status !== 401 && answer.status !== 403) return answer
  await answer.body?.cancel()
  throw away(`it does not take the key that insights was given (${answer.status})`)
}

/** How win-back stands; `undefined` where retention cannot be asked. */
export const winbackStatus = (retention: RetentionAddress): Promise<WinbackStatus | undefined> =>
  glance<WinbackStatus>(retention, '/status')

/** The last decisions about a customer; `undefined` where retention cannot be asked. */
export const decisionsOf = async (
  retention: RetentionAddress,
  customerId: string,
): Promise<DecisionPage['decisions'] | undefined> => {
  const query = new URLSearchParams({ customer: customerId, limit: '50' })
  return (await glance<DecisionPage>(retention, `/decisions?${query}`))?.decisions
}

const glance = async <T>(retention: RetentionAddress, path: string): Promise<T | undefined> => {
  try {
    const answer = await askRetention(retention, { method: 'GET', path }, GLANCE_MS)
    if (answer.ok) return (await answer.json()) as T
    return void (await answer.body?.cancel())
  } catch {
    // The page says that it cannot be asked; what is known without it is shown.
    return undefined
  }
}

const away = (why: string, cause?: unknown): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_RETENTION_AWAY',
    {
      what: `The retention service cannot be asked: ${why}`,
      fix: 'Check that it runs, and the address and key that insights was given',
    },
    { cause, status: 503 },
  )
