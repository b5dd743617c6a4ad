// make-secrets: what nobody may know beforehand, made at the first start of docker-compose.yml.
//
//   node make-secrets.ts KEYS SECRETS POSTGRES DASHBOARD
//
// Takes three folders, each a volume, and the address of the dashboard as a person reaches it.
// Writes access keys to KEYS; to SECRETS what only services with business records read; to POSTGRES
// the password of PostgreSQL, for its container alone.
// Guarantees: what is there stays as it is, so that it may run before each start; a run that was
// killed is made up for by the next. The first admin token is printed once: only its hash is kept.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyListing, openKeysFile } from '@ebb/runtime/keys-file'

const OWNER_ONLY = 0o600
/** Read by the user of another image; no other container has that folder. */
const EVERYBODY = 0o444

/** The text of a file; made, whole or not at all, where it is not there. */
const keptIn = async (
  file: string,
  mode: number,
  make: () => string | Promise<string>,
): Promise<string> => {
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, await make(), { mode, flush: true })
    renameSync(`${file}.new`, file)
  }
  return readFileSync(file, 'utf8')
}

const random = (): string => randomBytes(32).toString('hex')

const [keysFolder = '', secretsFolder = '', postgresFolder = '', dashboard] = process.argv.slice(2)
const keys = openKeysFile(join(keysFolder, 'keys.json'))
const there = (wanted: (key: KeyListing) => boolean): KeyListing | undefined =>
  keys.list().find((key) => key.revokedAt === undefined && wanted(key))

const password = await keptIn(join(postgresFolder, 'password'), EVERYBODY, random)
const url = `postgres://ebb:${password}@postgres:5432/ebb`
if ((await keptIn(join(secretsFolder, 'postgres-url'), OWNER_ONLY, () => url)) !== url) {
  process.stderr.write(
    'The volume of the password of PostgreSQL was made anew, and the address in the other volume has ' +
      'another password: restore the two together, or remove both and the data of PostgreSQL.\n',
  )
  process.exit(1)
}
await keptIn(join(secretsFolder, 'session-secret'), OWNER_ONLY, random)
await keptIn(join(secretsFolder, 'insights-key'), OWNER_ONLY, async () => {
  const scopes = ['customers:read', 'winbacks:read', 'winbacks:write']
  // Of a run that was killed before it could write it down: nobody knows these.
  for (const { id, kind, source, revokedAt } of keys.list())
    if (kind === 'secret' && source === 'insights' && revokedAt === undefined) await keys.revoke(id)
  return (await keys.create({ kind: 'secret', source: 'insights', scopes })).key
})

const writeKey =
  there(({ kind }) => kind === 'write')?.key ??
  (await keys.create({ kind: 'write', source: 'storefront' })).key
const isAdminThere = there(({ role }) => role === 'admin') !== undefined
const lines = isAdminThere
  ? ['Another token for it:  docker compose run --rm ebb keys create --source NAME --role admin']
  : [
      `  sign in with  ${(await keys.create({ kind: 'person', source: 'admin', role: 'admin' })).key}`,
      '  Keep this token: it is shown only now, for Ebb keeps only its hash.',
    ]
for (const line of [
  `Dashboard, as soon as all runs:  ${dashboard}`,
  ...lines,
  `Write key of your storefront:  ${writeKey}`,
])
  process.stdout.write(`${line}\n`)
