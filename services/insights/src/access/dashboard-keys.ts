import type { Role } from '@ebb/contracts/dashboard-api'
import type { KeyGrant } from '@ebb/runtime/access-keys'

/** A person who may use the dashboard. */
export interface DashboardPerson {
  /** Of their key; stays the same for as long as the key is valid. */
  readonly id: string
  readonly name: string
  readonly role: Role
}

/** The keys that people sign in with. */
export interface DashboardKeys {
  /** Whose token this is; `undefined` where it is unknown or was revoked. */
  find(token: string): DashboardPerson | undefined
  /** Who has the key of this id now; `undefined` as soon as it is revoked. */
  byId(id: string): DashboardPerson | undefined
}

/** Keys of every kind, found by themselves or by their ids. */
interface Grants {
  find(presented: string): KeyGrant | undefined
  byId(id: string): KeyGrant | undefined
}

/** The people among the access keys. */
export const dashboardKeys = (grants: Grants): DashboardKeys => ({
  find: (token) => personOf(grants.find(token)),
  byId: (id) => personOf(grants.byId(id)),
})

const personOf = (grant: KeyGrant | undefined): DashboardPerson | undefined =>
  grant?.kind === 'person' && grant.role !== undefined
    ? { id: grant.id, name: grant.source, role: grant.role }
    : undefined
