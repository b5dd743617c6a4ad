import { CodedError } from '@ebb/runtime/coded-error'

/** Nobody is signed in, or not any more. */
export const notSignedIn = (): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_SIGN_IN',
    {
      what: 'Nobody is signed in, or the sign-in has ended',
      where: 'cookie or Authorization header',
      fix: 'Sign in with a dashboard token, or send one as Bearer',
    },
    { status: 401 },
  )

/** A token that opens nothing. */
export const wrongToken = (): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_TOKEN',
    {
      what: 'The token is unknown or was revoked',
      fix: 'Copy the whole token again, or have a new one made',
    },
    { status: 401 },
  )

/** Too many wrong tokens. */
export const tooManyTries = (): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_TRIES',
    {
      what: 'Too many wrong tokens came from this address',
      fix: 'Wait a minute and try again',
    },
    { status: 429 },
  )

/** Signed in, but not for this. */
export const wrongRole = (role: string, allowed: readonly string[]): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_ROLE',
    {
      what: `The role ${role} may not do this`,
      fix: `Ask somebody with the role ${allowed.join(' or ')}`,
    },
    { status: 403 },
  )

/** A change that may have been asked for by a strange page. */
export const foreignRequest = (): CodedError =>
  new CodedError(
    'EBB_INSIGHTS_ORIGIN',
    {
      what: 'A change is only taken from the dashboard itself',
      where: 'headers origin and x-ebb-request',
      fix: 'Use the page at its own address, and let a proxy before it keep the header host; scripts send their token as Bearer',
    },
    { status: 403 },
  )
