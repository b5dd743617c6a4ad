import type { CouponView, DecisionStatus, DecisionView } from '@ebb/contracts/winback-api'
import { StandingBadge } from '../components/standing-badge.tsx'
import { format, words } from '../language/language.ts'
import { discountText, offerText } from './decision-words.ts'

const LOOKS: { readonly [status in DecisionStatus]: string } = {
  none: 'is-quiet',
  shadow: 'is-quiet',
  waiting: 'is-waiting',
  sent: 'is-good',
  cancelled: 'is-quiet',
  expired: 'is-bad',
}

/** What became of a decision. */
export const StatusTag = ({ status }: { readonly status: DecisionStatus }) => (
  <span class={`state ${LOOKS[status]}`}>{words.value.status[status]}</span>
)

/** The reasons of the silence, the weightiest first. */
export const reasonsText = ({ reasons }: DecisionView): string =>
  reasons.map(({ code }) => words.value.reason[code]).join(' · ')

/** One decision on a customer's page. */
export const DecisionCard = ({ decision }: { readonly decision: DecisionView }) => {
  const w = words.value
  const { tier, status, noActionReason, decidedAt, coupon, policyVersion, segment } = decision
  const { webhook } = decision
  return (
    <article class="decision">
      <header>
        <StandingBadge standing={tier} />
        <StatusTag status={status} />
        <time class="muted" dateTime={decidedAt}>
          {format.value.moment(decidedAt)}
        </time>
      </header>
      <p class="decision-what">
        {noActionReason ? w.noAction[noActionReason] : offerText(decision)}
      </p>
      {noActionReason && decision.treatment && <p>{offerText(decision)}</p>}
      {coupon && <Coupon coupon={coupon} />}
      <p class="muted">
        {reasonsText(decision)} · {segment} ·{' '}
        {w.decisions.policyVersion(format.value.number(policyVersion))}
      </p>
      {webhook && <WebhookOutcome outcome={webhook} />}
    </article>
  )
}

const WebhookOutcome = ({ outcome }: { readonly outcome: string }) => {
  const { decisions } = words.value
  if (outcome === 'delivered') return <p class="muted">{decisions.delivered}</p>
  return (
    <p>
      {decisions.undelivered} <span lang="en">{outcome}</span>
    </p>
  )
}

/** A coupon as its customer has it. */
export const Coupon = ({ coupon }: { readonly coupon: CouponView }) => {
  const { decisions, couponStatus } = words.value
  const written = format.value
  const { code, status, validUntil, redeemedAt, minimumOrderMinor } = coupon
  return (
    <div class={`coupon is-${status}`}>
      <code>{code}</code>
      <span class="tag">{couponStatus[status]}</span>
      <span>{discountText(coupon)}</span>
      <span class="muted">
        {redeemedAt
          ? decisions.redeemedAt(written.date(redeemedAt))
          : decisions.validUntil(written.date(validUntil))}
        {minimumOrderMinor !== undefined &&
          ` · ${decisions.minimum(written.money(minimumOrderMinor))}`}
      </span>
    </div>
  )
}
