import type { Choice } from './customer-state.ts'

/**
 * The permission as it stands after one more event, which may say nothing of it. The last one by
 * (instant, hash of the event id) holds, whichever came first.
 */
export function withChoice(
  before: Choice | undefined,
  allowed: boolean | undefined,
  source: { readonly occurredAt: number; readonly by: number },
): Choice | undefined {
  if (allowed === undefined) return before
  const { occurredAt, by } = source
  const later =
    before === undefined ||
    occurredAt > before.occurredAt ||
    (occurredAt === before.occurredAt && by > before.by)
  return later ? { allowed, occurredAt, by } : before
}
