import type { CustomerDetail } from '@ebb/contracts/dashboard-api'
import { Card } from '../components/card.tsx'
import { format, words } from '../language/language.ts'

/** What the shop said of a customer, as far as the role may see it. */
export const ProfileCard = ({
  profile,
}: {
  readonly profile: CustomerDetail['profile'] | undefined
}) => {
  const { customer } = words.value
  const { attributes = {}, hidden = 0 } = profile ?? {}
  const entries = Object.entries(attributes)
  return (
    <Card title={customer.profile} hint={customer.profileHint}>
      {entries.length + hidden === 0 && <p class="muted">{customer.profileNone}</p>}
      {entries.length > 0 && (
        <dl class="attributes">
          {entries.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{textOf(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {hidden > 0 && (
        <p class="muted">{customer.profileHidden(hidden, format.value.number(hidden))}</p>
      )}
    </Card>
  )
}

/** A number is not written out: it may be one of a card. */
const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
