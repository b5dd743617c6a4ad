/** What an access key allows. */
export interface KeyGrant {
  /** Names the key without giving it away. */
  readonly id: string
  /** `write`: public, may send events as a storefront. `secret`: of a back end, limited by scopes. */
  readonly kind: 'write' | 'secret'
  /** The source that events sent with this key come from. */
  readonly source: string
  readonly scopes: readonly string[]
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
