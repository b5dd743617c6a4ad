import type { SessionView } from '@ebb/contracts/dashboard-api'
import { computed, signal } from '@preact/signals'
import { ask, onDenied } from '../api/api-client.ts'
import type { ApiFault } from '../api/api-fault.ts'
import { tokenOf } from '../routing/route.ts'
import { may, type Right } from './role-rights.ts'

/** Who is signed in; null where nobody is, undefined while that is being asked. */
export const session = signal<SessionView | null | undefined>(undefined)

/** Why nobody is signed in, where that is not plain. */
export const signInFault = signal<ApiFault | undefined>(undefined)

/** Whether the sign-in ended while the page was open. */
export const hasEnded = signal(false)

/** The installation's kind, time zone and currency, as far as they are known. */
export const shop = computed(
  () =>
    session.value?.installation ?? {
      kind: 'live' as const,
      timeZone: 'UTC',
      currency: 'USD',
      currencyExponent: 2,
    },
)

/** Whether the reader is offered something. */
export const iMay = (right: Right): boolean =>
  session.value != null && may(session.value.role, right)

onDenied(() => {
  if (session.value) hasEnded.value = true
  session.value = null
})

/** Signs in by a token; the fault stands in `signInFault`. */
export const signIn = async (token: string): Promise<void> => {
  const { fault } = await ask('/session', { method: 'POST', body: { token } })
  if (fault) {
    signInFault.value = fault
    session.value = null
    return
  }
  await askSession()
}

/** Forgets the sign-in, here and on the server. */
export const signOut = async (): Promise<void> => {
  await ask('/session', { method: 'DELETE' })
  hasEnded.value = false
  session.value = null
}

/** Finds out who is there: by the token of the address, which then leaves it, or the cookie. */
export const beginSession = async (): Promise<void> => {
  const token = tokenOf(location.hash)
  if (token === undefined) return askSession()
  history.replaceState(null, '', '#/live')
  return signIn(token)
}

const askSession = async (): Promise<void> => {
  const answer = await ask<SessionView>('/session')
  if ('data' in answer) {
    signInFault.value = undefined
    hasEnded.value = false
    session.value = answer.data
    return
  }
  // 401 says that nobody is signed in, which is no fault.
  signInFault.value = answer.fault.status === 401 ? undefined : answer.fault
  session.value = null
}
