import Type from 'typebox'
import { AlertRecord, ReasonCode, Tier } from './alert-record.ts'
import { Count, IsoInstant, Minor } from './api-view.ts'
import { Consent } from './canonical-event.ts'
import { HeardView } from './heard-api.ts'
import { DecisionView, WinbackMode } from './winback-api.ts'

// What insights answers to the dashboard, below /api; its types are in dashboard-api.ts, without
// what a browser would have to load for the schemas.

/** Who somebody is to the dashboard. */
export const Role = Type.Union([
  Type.Literal('viewer'),
  Type.Literal('analyst'),
  Type.Literal('marketer'),
  Type.Literal('support'),
  Type.Literal('operator'),
  Type.Literal('admin'),
])

/** `GET /api/session`; `POST` with `{ token }` signs in, `DELETE` signs out. */
export const SessionView = Type.Object({
  name: Type.String(),
  role: Role,
  installation: Type.Object({
    kind: Type.Union([Type.Literal('live'), Type.Literal('demonstration'), Type.Literal('replay')]),
    timeZone: Type.String(),
    currency: Type.String(),
    /** Decimals of the minor unit. */
    currencyExponent: Count,
  }),
})

/** Where a customer stands: a tier, or lost. */
export const Standing = Type.Union([...Tier.anyOf, Type.Literal('lost')])

/** Where a customer with an order stands in their life with the shop: docs/customers.md. */
export const Lifecycle = Type.Union([
  Type.Literal('new'),
  Type.Literal('active'),
  Type.Literal('recovered'),
  Type.Literal('cooling'),
  Type.Literal('at_risk'),
  Type.Literal('dormant'),
  Type.Literal('lost'),
])

/** A source of orders that is silent: of who bought there last nothing is raised until it ends. */
export const Hold = Type.Object({
  source: Type.String(),
  /** When its silence began. */
  since: IsoInstant,
})

/** A silent source, and how many customers are held for it. */
export const HeldCount = Type.Object({ ...Hold.properties, customers: Count })

/** `GET /api/live`, and the event `live` of `GET /api/live/stream`, once a second. */
export const LiveView = Type.Object({
  /** Process clock: scaled in a demonstration. */
  now: IsoInstant,
  /** Events accepted in each of the last 60 seconds of the wall clock, the latest last. */
  eventsPerSecond: Type.Array(Type.Number()),
  customers: Type.Object({
    healthy: Count,
    light: Count,
    moderate: Count,
    heavy: Count,
    lost: Count,
  }),
  /** Sources that are silent now. */
  held: Type.Array(HeldCount),
  /** Absent while retention cannot be asked. */
  winbacks: Type.Optional(
    Type.Object({
      mode: WinbackMode,
      alertsPaused: Type.Boolean(),
      couponsIssued: Count,
      couponsRedeemed: Count,
    }),
  ),
  engines: Type.Array(
    Type.Object({
      need: Type.Union([
        Type.Literal('event log'),
        Type.Literal('state store'),
        Type.Literal('business records'),
      ]),
      name: Type.String(),
      isUp: Type.Boolean(),
    }),
  ),
  /** Readers of topics: how many records wait, and how far their clock is. */
  readers: Type.Array(
    Type.Object({
      name: Type.String(),
      topic: Type.String(),
      lag: Type.Number(),
      clock: Type.Optional(IsoInstant),
    }),
  ),
})

const { alertId, customerId, kind, tier, previousTier, risk, riskAtLastOrder, signal } =
  AlertRecord.properties

/** The event `alert` of `GET /api/live/stream`, and an item of `GET /api/alerts`. */
export const AlertView = Type.Object({
  ...{ alertId, customerId, kind, tier, previousTier, risk, riskAtLastOrder },
  silentSince: IsoInstant,
  crossedAt: IsoInstant,
  raisedAt: IsoInstant,
  /**
   * What began the tier before the risk reached its threshold; absent where the risk did, and of alerts
   * that were read by a version that did not keep it.
   */
  signal,
  reasons: Type.Array(ReasonCode),
})

/** `GET /api/alerts?limit=`: the latest first. */
export const AlertPage = Type.Object({ alerts: Type.Array(AlertView) })

/** A customer in a list. */
export const CustomerItem = Type.Object({
  customerId: Type.String(),
  standing: Standing,
  lifecycle: Lifecycle,
  tags: Type.Array(Type.String()),
  /** P(no order within the horizon), now. */
  risk: Type.Number(),
  /** The margin that the silence is expected to cost within the horizon. */
  expectedLossMinor: Minor,
  orders: Count,
  revenueMinor: Minor,
  lastOrderAt: IsoInstant,
  /** The weightiest reason of the running episode. */
  reason: Type.Optional(ReasonCode),
  /** Present while the source of their last order is silent. */
  held: Type.Optional(Hold),
  /** When silence leads to the next standing; absent behind lost, and while they are held. */
  nextAt: Type.Optional(IsoInstant),
  next: Type.Optional(Standing),
})

/**
 * `GET /api/customers?search=&standing=&lifecycle=&tag=&held=&sort=&limit=&after=`: those with an
 * order.
 * `.csv` behind the path gives all of them as a file.
 */
export const CustomerPage = Type.Object({
  customers: Type.Array(CustomerItem),
  total: Count,
  /** How many there would be of each lifecycle, whichever is asked for. */
  lifecycles: Type.Object({
    new: Count,
    active: Count,
    recovered: Count,
    cooling: Count,
    at_risk: Count,
    dormant: Count,
    lost: Count,
  }),
  /** Sources that are silent now, whatever is asked for. */
  held: Type.Array(HeldCount),
  /** Those that the rules in force can give. */
  tags: Type.Array(Type.String()),
  /** For `after`, where there is more. */
  next: Type.Optional(Type.String()),
})

/** The silence after a customer's last order. */
export const SilenceView = Type.Object({
  lastOrderAt: IsoInstant,
  now: IsoInstant,
  risk: Type.Number(),
  riskAtLastOrder: Type.Number(),
  horizonDays: Type.Integer(),
  /** Evenly spaced from the last order to beyond what is to come. */
  curve: Type.Array(Type.Object({ at: IsoInstant, risk: Type.Number() })),
  /** Light, moderate, heavy, lost; `at` is null where lost comes first. */
  milestones: Type.Array(
    Type.Object({
      standing: Standing,
      /** Null for lost, which is a time. */
      threshold: Type.Union([Type.Number(), Type.Null()]),
      at: Type.Union([IsoInstant, Type.Null()]),
      isPassed: Type.Boolean(),
    }),
  ),
})

/** One thing that happened to a customer. */
export const TimelineItem = Type.Object({
  at: IsoInstant,
  kind: Type.Union([Type.Literal('event'), Type.Literal('alert'), Type.Literal('decision')]),
  /** Name of the event, kind of the alert, status of the decision. */
  name: Type.String(),
  /** Tier of an alert or decision. */
  tier: Type.Optional(Tier),
})

/** `GET /api/customers/:key`. */
export const CustomerDetail = Type.Object({
  customerId: Type.String(),
  userId: Type.Optional(Type.String()),
  standing: Type.Optional(Standing),
  /** Absent, as the standing is, where there is no valid order. */
  lifecycle: Type.Optional(Lifecycle),
  /** Present while the source of their last order is silent. */
  held: Type.Optional(Hold),
  tags: Type.Array(Type.String()),
  orders: Count,
  revenueMinor: Minor,
  firstOrderAt: Type.Optional(IsoInstant),
  consent: Type.Optional(Consent),
  /** What the shop said of them, by `identify` or an import; absent where it said nothing. */
  profile: Type.Optional(
    Type.Object({
      /** Those that the role may see. */
      attributes: Type.Record(Type.String(), Type.Unknown()),
      /** How many more there are: personal ones. */
      hidden: Count,
    }),
  ),
  /** Absent where there is no valid order. */
  silence: Type.Optional(SilenceView),
  /** Absent while features cannot be asked. */
  heard: Type.Optional(HeardView),
  /** The latest first. */
  timeline: Type.Array(TimelineItem),
  /** The latest first; absent while retention cannot be asked. */
  decisions: Type.Optional(Type.Array(DecisionView)),
})

/** What the offers of a simulated shop did to some of its shoppers. */
export const EffectView = Type.Object({
  shoppers: Count,
  /** Those who ordered within the window only because of an offer. */
  broughtBack: Count,
})

/**
 * `GET /api/winbacks/truth`, of a demonstration alone (404 elsewhere): what win-backs really did, as
 * only a simulation can know it. Of treated customers whose window has ended.
 */
export const TruthView = Type.Object({
  windowDays: Type.Integer(),
  all: EffectView,
  /** By why they had left, the greatest share first; `NOT_AWAY` had not. */
  byCause: Type.Array(
    Type.Object({
      ...EffectView.properties,
      cause: Type.Union([...ReasonCode.anyOf, Type.Literal('NOT_AWAY')]),
    }),
  ),
})

/** One refused record. */
export const RejectView = Type.Object({
  id: Type.String(),
  source: Type.String(),
  code: Type.String(),
  message: Type.String(),
  where: Type.String(),
  receivedAt: IsoInstant,
  /** As text, as far as it is kept and can be read. */
  payload: Type.String(),
  payloadBytes: Count,
})

/** `GET /api/rejects?source=&code=&limit=`: the latest first. */
export const RejectPage = Type.Object({
  rejects: Type.Array(RejectView),
  sources: Type.Array(Type.String()),
  codes: Type.Array(Type.Object({ code: Type.String(), count: Count })),
})

/** `GET /api/setup`. */
export const SetupView = Type.Object({
  collectorUrl: Type.String(),
  writeKeys: Type.Array(Type.Object({ source: Type.String(), key: Type.String() })),
})

/** The event `event` of `GET /api/setup/stream?source=`: one as it was accepted, or refused. */
export const DebuggedEvent = Type.Object({
  at: IsoInstant,
  source: Type.String(),
  isAccepted: Type.Boolean(),
  customerId: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  occurredAt: Type.Optional(IsoInstant),
  properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Of a refused one. */
  code: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
})
