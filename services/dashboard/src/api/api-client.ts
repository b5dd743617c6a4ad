import { type ApiFault, faultOf, UNREACHABLE } from './api-fault.ts'

/** What a request brought: data, or the fault. */
export type Answer<T> =
  | { readonly data: T; readonly fault?: undefined }
  | { readonly fault: ApiFault }

interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: unknown
  readonly signal?: AbortSignal
}

const denied = new Set<() => void>()

/** Calls back when the server no longer knows who is there. */
export const onDenied = (listener: () => void): void => {
  denied.add(listener)
}

/** Tells everybody who asked that the sign-in has ended. */
export const tellDenied = (): void => {
  for (const listener of denied) listener()
}

/** Asks the API, `path` being below `/api`. Never throws. An answer that is not JSON is a text. */
export const ask = async <T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> => {
  try {
    const response = await fetch(`/api${path}`, requestOf(options))
    const text = await response.text()
    if (response.ok) return { data: contentOf(response, text) as T }
    if (response.status === 401 && path !== '/session') tellDenied()
    return { fault: faultOf(response.status, text) }
  } catch {
    return { fault: UNREACHABLE }
  }
}

const requestOf = ({ method = 'GET', body, signal }: RequestOptions): RequestInit => ({
  method,
  credentials: 'same-origin',
  headers: {
    // A form of another site cannot send this one.
    ...(method !== 'GET' && { 'x-ebb-request': '1' }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  },
  ...(body !== undefined && { body: JSON.stringify(body) }),
  ...(signal && { signal }),
})

const contentOf = (response: Response, text: string): unknown =>
  response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : text

/** Adds what has a value to a path. */
export const withQuery = (
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): string => {
  const set = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`
}
