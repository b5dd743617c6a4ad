import type { EvidenceItem, HeardView, Role } from '@ebb/contracts/dashboard-api'
import { evidenceRow } from '@ebb/customer/evidence-kinds'
import type { CustomerHeard } from './customer-heard.ts'

/** Who talks to customers: the part that features gives `as=support`. */
const SUPPORTERS: ReadonlySet<Role> = new Set(['support', 'admin'])
/** Who studies them: the part that it gives `as=analyst`. */
const ANALYSTS: ReadonlySet<Role> = new Set(['analyst', 'marketer', 'admin'])

const LAST_EVIDENCE = 10

/** What was heard of a customer, as far as a role may see it; nothing where nothing was heard. */
export const heardFor = (role: Role, heard: CustomerHeard | undefined): HeardView => {
  if (heard === undefined) return {}
  return {
    ...(SUPPORTERS.has(role) && {
      evidence: heard.evidence.slice(0, LAST_EVIDENCE).map(evidenceItem),
      visits: heard.visits,
    }),
    ...(ANALYSTS.has(role) && { tastes: heard.tastes, ...habitsOf(heard) }),
  }
}

/** Without its id, which finds nothing on the page. */
const evidenceItem = (evidence: CustomerHeard['evidence'][number]): EvidenceItem => {
  const { kind, reason, orderId, occurredAt, resolvedAt, fadesAt } = evidence
  const { resolvedBy } = evidenceRow(kind)
  return {
    ...{ kind, reason, occurredAt },
    ...(orderId !== undefined && { orderId }),
    ...(resolvedAt !== undefined && { resolvedAt }),
    ...(resolvedBy !== undefined && { remedy: resolvedBy }),
    ...(fadesAt !== undefined && { fadesAt }),
  }
}

/** What one day says is no habit. */
const habitsOf = ({ habits }: CustomerHeard): Pick<HeardView, 'habits'> => {
  if (habits === null || habits.meanGapDays === null) return {}
  const { meanGapDays, hour, weekday } = habits
  return { habits: { meanGapDays, hour, weekday } }
}
