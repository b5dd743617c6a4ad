import type { HoldView } from '@ebb/contracts/dashboard-api'
import { format, words } from '../language/language.ts'

/** That nothing is raised of a customer, since the source of their last order is silent. */
export const HoldBadge = ({ held: { source, since } }: { readonly held: HoldView }) => {
  const { hold } = words.value
  return (
    <span class="badge is-held" title={hold.since(source, format.value.moment(since))}>
      {hold.held}
    </span>
  )
}
