import type { FastifyRequest } from 'fastify'
import type { AccessKeys, KeyGrant } from './access-keys.ts'
import { CodedError } from './coded-error.ts'

/**
 * The grant of the secret key that a request presents as Bearer. Throws `EBB_KEY_MISSING` and
 * `EBB_KEY_UNKNOWN` (401), and `EBB_KEY_SCOPE` (403) for a key that lacks the scope.
 */
export const requireScope = (
  { headers }: Pick<FastifyRequest, 'headers'>,
  keys: AccessKeys,
  scope: string,
): KeyGrant => {
  const [, presented = ''] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? []
  const grant = keys.find(presented)
  if (grant?.kind === 'secret' && grant.scopes.includes(scope)) return grant
  const where = 'Authorization header'
  const fix = `Make one with \`ebb keys create --source NAME --secret --scope ${scope}\`, send it as Bearer`
  if (presented === '') {
    const what = 'This needs a secret key, and none was sent'
    throw new CodedError('EBB_KEY_MISSING', { what, where, fix }, { status: 401 })
  }
  if (grant === undefined) {
    const what = 'The key is unknown or was revoked'
    throw new CodedError('EBB_KEY_UNKNOWN', { what, where, fix }, { status: 401 })
  }
  const what = `This key lacks the scope ${scope}`
  throw new CodedError('EBB_KEY_SCOPE', { what, where, fix }, { status: 403 })
}
