import type { Role } from '@ebb/contracts/dashboard-api'

/** What an access key allows. */
export interface KeyGrant {
  /** Names the key without giving it away. */
  readonly id: string
  /**
   * `write`: public, may send events as a storefront. `secret`: of a back end, limited by scopes.
   * `person`: signs somebody in to the dashboard.
   */
  readonly kind: 'write' | 'secret' | 'person'
  /** The source that events sent with this key come from; of a person the name. */
  readonly source: string
  readonly scopes: readonly string[]
  /** Of a person, and of nobody else. */
  readonly role?: Role
}

/** Finds what a presented access key allows. */
export interface AccessKeys {
  /**
   * The grant of a key; `undefined` where it is unknown or was revoked. Throws `EBB_KEYS_UNREADABLE`
   * where the keys cannot be read: never answers as if there were none.
   */
  find(presented: string): KeyGrant | undefined
}

/** Lets a secret key send events. */
export const SCOPE_EVENTS_WRITE = 'events:write'
