import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Role } from '@ebb/contracts/dashboard-api'
import type { AccessKeys, KeyGrant } from '@ebb/runtime/access-keys'

/** A key that stands in no file and ends with the process. */
export interface PassingKey {
  readonly key: string
  readonly grant: KeyGrant
}

const passing = (prefix: string, grant: KeyGrant): PassingKey => ({
  key: `${prefix}_${randomBytes(24).toString('hex')}`,
  grant,
})

/**
 * By which services of one process ask each other. Its id is the same in every process, so that what
 * one began the next can repeat under the same Idempotency-Key.
 */
export const serviceKey = (source: string, scopes: readonly string[]): PassingKey =>
  passing('ebbs', { id: `passing_${source}`, kind: 'secret', source, scopes })

/** By which a person signs in to a demonstration. */
export const visitorKey = (role: Role): PassingKey =>
  passing('ebbp', {
    id: `passing_${randomBytes(6).toString('hex')}`,
    ...{ kind: 'person', source: 'visitor', scopes: [], role },
  })

/** Keys that can be looked up by their id as well. */
export interface FindableKeys extends AccessKeys {
  byId(id: string): KeyGrant | undefined
}

/** Keys with some beside them that end with the process. */
export const withPassingKeys = (
  keys: FindableKeys,
  beside: readonly PassingKey[],
): FindableKeys => ({
  find: (presented) =>
    beside.find(({ key }) => isSame(key, presented))?.grant ?? keys.find(presented),
  byId: (id) => beside.find(({ grant }) => grant.id === id)?.grant ?? keys.byId(id),
})

/** In a time that does not depend on where they differ. */
const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
