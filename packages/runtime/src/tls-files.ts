import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { CodedError } from './coded-error.ts'

/** A setting that names a PEM file. */
interface PemSetting {
  readonly env: string
  /** Its path; empty for none. */
  readonly file: string
}

/** The files of TLS: who is trusted, and who we are where the server asks. */
type TlsSettings = Readonly<Record<'ca' | 'cert' | 'key', PemSetting>>

/**
 * Reads the files that are named; `undefined` where none is. Throws `EBB_CONFIG_INVALID` for one that
 * cannot be read or holds no certificate, a certificate without its key, a key without its
 * certificate, and two that do not belong together.
 */
export const readTlsFiles = (settings: TlsSettings) => {
  const ca = readAuthorities(settings.ca)
  const identity = readIdentity(settings)
  if (ca === undefined && identity === undefined) return undefined
  return { ...(ca !== undefined && { ca }), ...identity }
}

const readAuthorities = (setting: PemSetting): string | undefined => {
  const ca = textOf(setting)
  try {
    if (ca !== undefined) new X509Certificate(ca)
  } catch (cause) {
    // Node would pass over it, and every server would look like one that is away.
    throw new CodedError(
      'EBB_CONFIG_INVALID',
      {
        what: `A file of TLS holds no certificate: ${(cause as Error).message}`,
        where: `${setting.env}=${setting.file}`,
        fix: 'Give the certificates of those who are trusted, in PEM',
      },
      { cause },
    )
  }
  return ca
}

const readIdentity = (settings: TlsSettings): { cert: string; key: string } | undefined => {
  const cert = textOf(settings.cert)
  const key = textOf(settings.key)
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined) throw withoutOther(settings.key, settings.cert)
  if (key === undefined) throw withoutOther(settings.cert, settings.key)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw unusable(settings, cause as Error)
  }
  return { cert, key }
}

const textOf = ({ env, file }: PemSetting): string | undefined => {
  if (file === '') return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CodedError(
      'EBB_CONFIG_INVALID',
      {
        what: `A file of TLS cannot be read: ${(cause as Error).message}`,
        where: `${env}=${file}`,
        fix: 'Give the path of a PEM file that this user may read',
      },
      { cause },
    )
  }
}

const withoutOther = (given: PemSetting, missing: PemSetting): CodedError =>
  new CodedError('EBB_CONFIG_INVALID', {
    what: `${given.env} is set, ${missing.env} is not: a certificate and its key go together`,
    where: missing.env,
    fix: `Set ${missing.env}, or leave ${given.env} empty`,
  })

/** Here rather than at every connection, where it would look like a server that is away. */
const unusable = ({ cert, key }: TlsSettings, cause: Error): CodedError =>
  new CodedError(
    'EBB_CONFIG_INVALID',
    {
      what: `The client's certificate cannot be used: ${cause.message}`,
      where: `${cert.env}=${cert.file}, ${key.env}=${key.file}`,
      fix: 'Give a certificate in PEM, and its own key in PEM without a passphrase',
    },
    { cause },
  )
