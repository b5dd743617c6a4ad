import type { IncomingHttpHeaders } from 'node:http'
import { type AccessKeys, type KeyGrant, SCOPE_EVENTS_WRITE } from '@ebb/runtime/access-keys'
import { CodedError } from '@ebb/runtime/coded-error'
import type { JsonObject } from './native-event.ts'

/** The key in the headers: the user of Basic, else Bearer, else `X-Write-Key` before a colon. */
export const keyInHeaders = (headers: IncomingHttpHeaders): string | undefined => {
  const [, scheme = '', credentials = ''] = AUTHORIZATION.exec(headers.authorization ?? '') ?? []
  const key = scheme.toLowerCase() === 'basic' ? userOf(credentials) : credentials
  return key || beforeColon(textIn(headers['x-write-key'])) || undefined
}

const AUTHORIZATION = /^(basic|bearer) +(\S+)$/i

const userOf = (credentials: string): string =>
  beforeColon(Buffer.from(credentials, 'base64').toString('utf8'))

const beforeColon = (text: string): string => text.split(':', 1)[0]?.trim() ?? ''

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The key in a body: `writeKey` of Segment, `api_key` and `token` of PostHog. */
export const keyInBody = (body: JsonObject): string | undefined =>
  [body['writeKey'], body['api_key'], body['token']].map(textIn).find((key) => key !== '')

/** The key in the query: `writeKey`. */
export const keyInQuery = (query: unknown): string | undefined =>
  textIn((query as JsonObject)['writeKey']) || undefined

/** Events of a back end are trusted more than those of a storefront, whose key is public. */
export const sourceRankOf = ({ kind }: KeyGrant): number => (kind === 'secret' ? 2 : 1)

/** What a presented key allows, where that is to send events; `undefined` where it is not. */
export const findWriter = (
  keys: AccessKeys,
  presented: string | undefined,
): KeyGrant | undefined => {
  const grant = presented === undefined ? undefined : keys.find(presented)
  return grant !== undefined && mayWrite(grant) ? grant : undefined
}

const mayWrite = ({ kind, scopes }: KeyGrant): boolean =>
  kind === 'write' || scopes.includes(SCOPE_EVENTS_WRITE)

/**
 * What a presented key allows, where that is to send events. Throws `EBB_KEY_MISSING`,
 * `EBB_KEY_UNKNOWN` (401) or `EBB_KEY_SCOPE` (403).
 */
export const grantToWrite = (keys: AccessKeys, presented: string | undefined): KeyGrant => {
  if (presented === undefined) throw MISSING
  const grant = keys.find(presented)
  if (grant === undefined) throw UNKNOWN
  if (!mayWrite(grant)) throw OUT_OF_SCOPE
  return grant
}

const MISSING = new CodedError(
  'EBB_KEY_MISSING',
  {
    what: 'The request has no write key',
    fix: 'Send it as "Authorization: Bearer <key>", as the user of Basic or as X-Write-Key',
  },
  { status: 401 },
)

const UNKNOWN = new CodedError(
  'EBB_KEY_UNKNOWN',
  {
    what: 'The key of the request is not known, or was revoked',
    fix: 'Take a valid one from "ebb keys list", or make one with "ebb keys create"',
  },
  { status: 401 },
)

const OUT_OF_SCOPE = new CodedError(
  'EBB_KEY_SCOPE',
  {
    what: `This secret key may not send events: it lacks the scope ${SCOPE_EVENTS_WRITE}`,
    fix: `Use a write key, or make a secret key with the scope ${SCOPE_EVENTS_WRITE}`,
  },
  { status: 403 },
)
