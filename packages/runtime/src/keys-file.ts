import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Role } from '@ebb/contracts/dashboard-api'
import { Compile } from 'typebox/compile'
import type { AccessKeys, KeyGrant } from './access-keys.ts'
import { type ProcessClock, wallClock } from './clock.ts'
import { CodedError } from './coded-error.ts'
import { withFileLock } from './file-lock.ts'
import {
  readKeys,
  Scope,
  SourceName,
  type StoredKey,
  unreadable,
  writeKeys,
} from './keys-document.ts'

/** What a new key is for. */
export type KeyRequest =
  | { readonly kind: 'write'; readonly source: string }
  | { readonly kind: 'secret'; readonly source: string; readonly scopes: readonly string[] }
  | { readonly kind: 'person'; readonly source: string; readonly role: Role }

/** A key as a person may see it: of a secret key nothing but its id. */
export interface KeyListing extends KeyGrant {
  /** Only of a write key, which is public. */
  readonly key?: string
  /** Ms since the epoch. */
  readonly createdAt: number
  readonly revokedAt?: number
}

/** The access keys of an installation, in one file that several processes may change. */
export interface KeysFile extends AccessKeys {
  /** The grant of the key with this id; `undefined`, and throws, as `find`. */
  byId(id: string): KeyGrant | undefined
  /**
   * Makes a key and shows it, for a secret key the only time. Throws `EBB_KEYS_REQUEST`, and
   * `EBB_KEYS_LOCKED` where another process is changing the keys for too long.
   */
  create(request: KeyRequest): Promise<{ readonly key: string; readonly listing: KeyListing }>
  /** All keys in the order they were made, those revoked too. */
  list(): KeyListing[]
  /**
   * Ends a key for good; a second time changes nothing. Throws `EBB_KEYS_REQUEST` and
   * `EBB_KEYS_LOCKED`.
   */
  revoke(id: string): Promise<KeyListing>
}

/** What stands behind a keys file; the defaults are those of a running service. */
export interface KeysFileSettings {
  /** Keys live by the wall clock, also in a demonstration. */
  readonly wall?: ProcessClock
  /** How long a change waits for another process, in ms. */
  readonly patienceMs?: number
}

const CHECK_EVERY_MS = 1_000
const LONGEST_KEY = 256

/**
 * Opens the file of access keys, which need not exist yet. A change by another process is seen
 * within a second. Throws `EBB_KEYS_UNREADABLE` where the file is damaged, now or later.
 */
export const openKeysFile = (path: string, settings: KeysFileSettings = {}): KeysFile => {
  const { wall = wallClock, patienceMs = 5_000 } = settings
  let entries: readonly Entry[] = []
  let seen: string | undefined
  let checkedAt = Number.NEGATIVE_INFINITY

  const reload = () => {
    const now = signatureOf(path)
    if (seen !== undefined && now === undefined) throw unreadable(path, 'the file has gone')
    if (now !== seen) entries = entriesOf(readKeys(path))
    seen = now
    checkedAt = wall.now()
  }
  const change = async <T>(work: (keys: readonly StoredKey[]) => [StoredKey[], T]): Promise<T> => {
    const result = await withFileLock(
      { lockPath: `${path}.lock`, patienceMs, refuse: keysLocked },
      () => {
        const [keys, made] = work(readKeys(path))
        writeKeys(path, keys)
        return made
      },
    )
    reload()
    return result
  }

  const current = (): readonly Entry[] => {
    if (Math.abs(wall.now() - checkedAt) >= CHECK_EVERY_MS) reload()
    return entries
  }

  reload()
  return {
    find: (presented) => {
      if (presented.length > LONGEST_KEY) return undefined
      const found = findGrant(current(), presented)
      // A key that was made a moment ago is good at once; only one that was revoked may take a while.
      if (found !== undefined || signatureOf(path) === seen) return found
      reload()
      return findGrant(entries, presented)
    },
    byId: (id) => current().find(({ grant }) => grant.id === id)?.grant,
    create: (request) =>
      change((keys) => {
        const { key, stored } = newKey(request, wall.now())
        return [[...keys, stored], { key, listing: listingOf(stored) }]
      }),
    list: () => readKeys(path).map(listingOf),
    revoke: (id) =>
      change((keys) => {
        const revoked = revokedKey(keys, id, wall.now())
        return [keys.map((stored) => (stored.id === id ? revoked : stored)), listingOf(revoked)]
      }),
  }
}

/** A rename changes the inode, so a replaced file never looks like the one before. */
const signatureOf = (path: string): string | undefined => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat && `${stat.ino}:${stat.size}:${stat.mtimeMs}`
}

interface Entry {
  readonly digest: Buffer
  readonly grant: KeyGrant
}

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer')

const entriesOf = (keys: readonly StoredKey[]): Entry[] =>
  keys
    .filter(({ revokedAt }) => revokedAt === undefined)
    .map((stored) => ({
      digest: stored.kind === 'write' ? digestOf(stored.key) : Buffer.from(stored.sha256, 'hex'),
      grant: grantOf(stored),
    }))

/** Compares with every key in a time that does not depend on where they differ. */
const findGrant = (entries: readonly Entry[], presented: string): KeyGrant | undefined => {
  const digest = digestOf(presented)
  return entries.filter((entry) => timingSafeEqual(entry.digest, digest))[0]?.grant
}

const grantOf = (stored: StoredKey): KeyGrant => ({
  id: stored.id,
  kind: stored.kind,
  source: stored.source,
  scopes: stored.kind === 'secret' ? stored.scopes : [],
  ...(stored.kind === 'person' && { role: stored.role }),
})

const listingOf = (stored: StoredKey): KeyListing => ({
  ...grantOf(stored),
  createdAt: stored.createdAt,
  ...(stored.kind === 'write' && { key: stored.key }),
  ...(stored.revokedAt !== undefined && { revokedAt: stored.revokedAt }),
})

const sourceName = Compile(SourceName)
const scope = Compile(Scope)

const newKey = (request: KeyRequest, createdAt: number): { key: string; stored: StoredKey } => {
  refuseBadRequest(request)
  const { source } = request
  const id = `key_${randomBytes(6).toString('hex')}`
  const random = randomBytes(24).toString('hex')
  if (request.kind === 'write') {
    const key = `ebbw_${random}`
    return { key, stored: { id, kind: 'write', source, createdAt, key } }
  }
  const key = `${request.kind === 'person' ? 'ebbp' : 'ebbs'}_${random}`
  const made = { id, source, createdAt, sha256: digestOf(key).toString('hex') }
  if (request.kind === 'person')
    return { key, stored: { ...made, kind: 'person', role: request.role } }
  return { key, stored: { ...made, kind: 'secret', scopes: [...request.scopes] } }
}

const refuseBadRequest = (request: KeyRequest): void => {
  if (!sourceName.Check(request.source)) {
    throw badRequest(
      `"${request.source}" cannot name a source`,
      'Use letters, digits, dots, underscores and hyphens, at most 128, such as storefront',
    )
  }
  const wrong = request.kind === 'secret' && request.scopes.find((name) => !scope.Check(name))
  if (typeof wrong === 'string') {
    throw badRequest(`"${wrong}" is not a scope`, 'Name scopes as customers:read')
  }
}

const revokedKey = (keys: readonly StoredKey[], id: string, at: number): StoredKey => {
  const stored = keys.find((key) => key.id === id)
  if (stored === undefined) {
    throw badRequest(`There is no key ${id}`, 'Take an id from the list of keys')
  }
  return { revokedAt: at, ...stored }
}

const badRequest = (what: string, fix: string): CodedError =>
  new CodedError('EBB_KEYS_REQUEST', { what, fix }, { status: 400 })

const keysLocked = (lockPath: string): CodedError =>
  new CodedError('EBB_KEYS_LOCKED', {
    what: 'Another process has been changing the access keys for too long',
    where: lockPath,
    fix: 'Try again; if no ebb process is running, delete this lock file',
  })
