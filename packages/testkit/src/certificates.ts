import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** Where a certificate and its key are, in PEM. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/** Whether there is openssl to make certificates with; says aloud that `what` is not run without. */
export const canMakeCertificates = (what: string): boolean => {
  const hasOpenssl = spawnSync('openssl', ['version']).status === 0
  if (!hasOpenssl) console.warn(`NOT RUN: ${what} needs openssl to make certificates`)
  return hasOpenssl
}

/** Makes `name.crt` for 127.0.0.1, signed by itself and good for two days, and its `name.key`. */
export const makeCertificate = (folder: string, name: string): CertificateFiles => {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const about = ['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const out = ['-keyout', files.key, '-out', files.cert]
  execFileSync('openssl', ['req', '-x509', ...key, ...about, ...out], { stdio: 'ignore' })
  return files
}
