import type { CustomerDetail, HoldView, Standing, TimelineItem } from '@ebb/contracts/dashboard-api'
import type { ComponentChildren } from 'preact'
import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { HoldBadge } from '../components/hold-badge.tsx'
import { Icon, type IconName } from '../components/icon.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { StandingBadge } from '../components/standing-badge.tsx'
import { eventName } from '../language/event-names.ts'
import { format, language, words } from '../language/language.ts'
import { hrefOf } from '../routing/route.ts'
import { DecisionCard } from '../winbacks/decision-card.tsx'
import { EvidenceCard, LikesCard, VisitsCard } from './heard-cards.tsx'
import { ProfileCard } from './profile-card.tsx'
import { SilenceCard } from './silence-card.tsx'

const REFRESH_MS = 5_000

/** One customer: the silence, what happened, and what was decided. */
export const CustomerPage = ({ customerId }: { readonly customerId: string }) => {
  const path = `/customers/${encodeURIComponent(customerId)}`
  const { data, fault, isLoading, reload } = useAnswer<CustomerDetail>(path, REFRESH_MS)
  return (
    <>
      <PageHead
        title={customerId}
        above={
          <a class="back" href={hrefOf({ page: 'customers' })}>
            <Icon name="back" />
            {words.value.customer.back}
          </a>
        }
        badge={data?.standing && <Badges customer={data} standing={data.standing} />}
      />
      {isLoading && <Loading />}
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {data && <Detail customer={data} />}
    </>
  )
}

interface DetailProps {
  readonly customer: CustomerDetail
}

const Badges = ({
  customer: { held },
  standing,
}: DetailProps & { readonly standing: Standing }) => (
  <>
    <StandingBadge standing={standing} />
    {held && <HoldBadge held={held} />}
  </>
)

/** Why nothing is raised of this customer. */
const HoldNote = ({ held: { source, since } }: { readonly held: HoldView }) => {
  const { hold } = words.value
  return (
    <p class="notice is-plain" role="status">
      {hold.note(source, format.value.moment(since))}
    </p>
  )
}

const Detail = ({ customer }: DetailProps) => {
  const w = words.value
  const { heard } = customer
  return (
    <>
      {customer.held && <HoldNote held={customer.held} />}
      <Facts customer={customer} />
      {customer.silence ? (
        <SilenceCard silence={customer.silence} />
      ) : (
        <Card title={w.curve.title}>
          <Empty title={w.customer.noOrder}>
            <p>{w.customer.noOrderHint}</p>
          </Empty>
        </Card>
      )}
      <div class="two-columns">
        <div class="stack">
          {heard === undefined ? <HeardAway /> : <EvidenceCard evidence={heard.evidence} />}
          <Offers customer={customer} />
        </div>
        <div class="stack">
          <ProfileCard profile={customer.profile} />
          <LikesCard tastes={heard?.tastes} habits={heard?.habits} />
          <VisitsCard visits={heard?.visits} />
          <Timeline items={customer.timeline} />
        </div>
      </div>
    </>
  )
}

const HeardAway = () => {
  const { heard } = words.value
  return (
    <Card title={heard.away}>
      <p class="muted">{heard.awayHint}</p>
    </Card>
  )
}

const Facts = ({ customer }: DetailProps) => {
  const w = words.value
  const written = format.value
  const { orders, revenueMinor, firstOrderAt, consent, lifecycle, tags } = customer
  return (
    <dl class="facts">
      {lifecycle && <Fact name={w.customer.lifecycle}>{w.lifecycle[lifecycle]}</Fact>}
      <Fact name={w.customer.orders}>{written.number(orders)}</Fact>
      <Fact name={w.customer.revenue}>{written.money(revenueMinor)}</Fact>
      {firstOrderAt && <Fact name={w.customer.firstOrder}>{written.date(firstOrderAt)}</Fact>}
      {customer.silence && (
        <Fact name={w.customer.lastOrder}>{written.date(customer.silence.lastOrderAt)}</Fact>
      )}
      <Fact name={w.customer.marketing}>{consentWord(consent?.marketing)}</Fact>
      <Fact name={w.customer.analytics}>{consentWord(consent?.analytics)}</Fact>
      {tags.length > 0 && (
        <Fact name={w.customer.tags}>
          <span class="customer-name">
            {tags.map((tag) => (
              <a key={tag} class="tag" href={hrefOf({ page: 'customers', query: { tag } })}>
                {tag}
              </a>
            ))}
          </span>
        </Fact>
      )}
    </dl>
  )
}

const Fact = ({
  name,
  children,
}: {
  readonly name: string
  readonly children: ComponentChildren
}) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const consentWord = (isGiven: boolean | undefined): string => {
  const { customer } = words.value
  if (isGiven === undefined) return customer.unknown
  return isGiven ? customer.allowed : customer.refused
}

const Offers = ({ customer: { decisions } }: DetailProps) => {
  const { customer } = words.value
  return (
    <Card title={customer.offers}>
      {decisions === undefined && <p class="muted">{customer.offersAway}</p>}
      {decisions?.length === 0 && <p class="muted">{customer.offersNone}</p>}
      {decisions !== undefined && decisions.length > 0 && (
        <ul class="decisions">
          {decisions.map((decision) => (
            <li key={decision.decisionId}>
              <DecisionCard decision={decision} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const SIGNS: { readonly [kind in TimelineItem['kind']]: IconName } = {
  event: 'live',
  alert: 'crossed',
  decision: 'winbacks',
}

const Timeline = ({ items }: { readonly items: readonly TimelineItem[] }) => {
  const { customer } = words.value
  return (
    <Card title={customer.timeline}>
      {items.length === 0 && <p class="muted">{customer.timelineNone}</p>}
      <ol class="timeline">
        {items.map((item, index) => (
          <li key={`${item.at} ${item.name} ${index}`} class={`is-${item.kind}`}>
            <span class="timeline-sign">
              <Icon name={SIGNS[item.kind]} />
            </span>
            <span>
              <span class="off-screen">{customer[item.kind]}: </span>
              {timelineName(item)}
            </span>
            {item.tier && item.name === 'at_risk' && <StandingBadge standing={item.tier} />}
            <time class="muted" dateTime={item.at}>
              {format.value.moment(item.at)}
            </time>
          </li>
        ))}
      </ol>
    </Card>
  )
}

const timelineName = ({ kind, name }: TimelineItem): string => {
  const w = words.value
  if (kind === 'event') return eventName(name, language.value)
  const known: Readonly<Record<string, string>> = kind === 'alert' ? w.alertKind : w.status
  const text = known[name] ?? name
  return kind === 'alert' ? text : `${w.page.winbacks}: ${text}`
}
