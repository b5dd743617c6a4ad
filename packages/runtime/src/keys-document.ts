import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { ROLES } from '@ebb/contracts/dashboard-api'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { CodedError } from './coded-error.ts'

/** Names of sources: they become record keys and parts of ids. */
export const SourceName = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$' })
/** `area:right`, such as `customers:read`. */
export const Scope = Type.String({ pattern: '^[a-z]+:[a-z]+$' })

const lifetime = {
  id: Type.String({ minLength: 1 }),
  source: SourceName,
  /** Ms since the epoch. */
  createdAt: Type.Integer(),
  revokedAt: Type.Optional(Type.Integer()),
}

/** One key as the file keeps it: a write key as it is, of all others only the SHA-256 in hex. */
export const StoredKey = Type.Union([
  Type.Object({ ...lifetime, kind: Type.Literal('write'), key: Type.String({ minLength: 1 }) }),
  Type.Object({
    ...lifetime,
    kind: Type.Literal('secret'),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    scopes: Type.Array(Scope),
  }),
  Type.Object({
    ...lifetime,
    kind: Type.Literal('person'),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    role: Type.Enum([...ROLES]),
  }),
])
export type StoredKey = Static<typeof StoredKey>

const VERSION = 1

const KeysDocument = Type.Object({ version: Type.Literal(VERSION), keys: Type.Array(StoredKey) })
const check = Compile(KeysDocument)

/** The keys in a file; none where the file was never made. Throws `EBB_KEYS_UNREADABLE`. */
export const readKeys = (path: string): readonly StoredKey[] => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(path, (error as Error).message, error)
  }
  return parseKeys(path, text)
}

const parseKeys = (path: string, text: string): readonly StoredKey[] => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw unreadable(path, 'it is not JSON', error)
  }
  if (check.Check(parsed)) return parsed.keys
  if (isNewer(parsed)) throw newer(path)
  const [first] = check.Errors(parsed)
  throw unreadable(path, `${first?.instancePath || '/'} ${first?.message ?? 'is not valid'}`)
}

/**
 * Replaces the file at once: written beside it, synced, renamed over it. A reader sees the keys
 * before or after, never a part.
 */
export const writeKeys = (path: string, keys: readonly StoredKey[]): void => {
  const besides = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`
  const file = openSync(besides, 'wx', 0o600)
  try {
    writeFileSync(file, `${JSON.stringify({ version: VERSION, keys }, null, 2)}\n`)
    fsyncSync(file)
    renameSync(besides, path)
  } catch (error) {
    rmSync(besides, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

const isNewer = (parsed: unknown): boolean =>
  Number((parsed as { version?: unknown } | null)?.version) > VERSION

/** Nobody deletes keys that only this version cannot read. */
const newer = (path: string): CodedError =>
  new CodedError(
    'EBB_KEYS_UNREADABLE',
    {
      what: 'The access keys cannot be read: a newer version of Ebb wrote them',
      where: path,
      fix: 'Run that version, or restore the file from a copy made before it',
    },
    { status: 503 },
  )

/** The keys cannot be read, so nobody can be let in or kept out. */
export const unreadable = (path: string, why: string, cause?: unknown): CodedError =>
  new CodedError(
    'EBB_KEYS_UNREADABLE',
    {
      what: `The access keys cannot be read: ${why}`,
      where: path,
      fix: 'Restore the file from a copy, or delete it and create the keys anew',
    },
    { cause, status: 503 },
  )
