import { minorUnitExponent } from '@ebb/contracts/currency'
import type { SessionView } from '@ebb/contracts/dashboard-api'
import type { Installation } from '@ebb/contracts/installation'
import type { FastifyInstance } from 'fastify'
import type { DashboardPerson } from './dashboard-keys.ts'
import type { SignIn } from './sign-in.ts'

const BODY_BYTES = 4_096

/** The body of a sign-in. */
export const SESSION_BODY = {
  type: 'object',
  required: ['token'],
  properties: { token: { type: 'string', minLength: 1, maxLength: 256 } },
}

/** Signs in and out, and tells who is signed in. */
export const sessionRoutes = (
  api: FastifyInstance,
  signIn: SignIn,
  installation: Installation,
): void => {
  const viewOf = ({ name, role }: DashboardPerson): SessionView => {
    const { kind, timeZone, currency } = installation
    const currencyExponent = minorUnitExponent(currency)
    return { name, role, installation: { kind, timeZone, currency, currencyExponent } }
  }
  api.post<{ Body: { token: string } }>(
    '/api/session',
    { bodyLimit: BODY_BYTES, schema: { body: SESSION_BODY } },
    async (request, reply) => viewOf(signIn.enter(request, reply, request.body.token)),
  )
  api.get('/api/session', async ({ visitor }) => viewOf(visitor!))
  api.delete('/api/session', async (request, reply) => {
    signIn.leave(request, reply)
    return reply.code(204).send()
  })
}
