import Type from 'typebox'
import { ReasonCode } from './alert-record.ts'
import { Count, IsoInstant } from './api-view.ts'

// What features heard of a customer, as the page of the customer shows it.

/** What went wrong: the kinds of `packages/customer/src/evidence-kinds.ts`. */
const EvidenceKind = Type.Union([
  Type.Literal('lateDelivery'),
  Type.Literal('ticketOpen'),
  Type.Literal('ticketResolved'),
  Type.Literal('lowRating'),
  Type.Literal('paymentFailed'),
  Type.Literal('couponDenied'),
  Type.Literal('pageError'),
  Type.Literal('emptySearch'),
  Type.Literal('priceComplaint'),
  Type.Literal('qualityComplaint'),
  Type.Literal('serviceComplaint'),
  Type.Literal('uxComplaint'),
  Type.Literal('competitorNamed'),
  Type.Literal('needChanged'),
  Type.Literal('needEnded'),
  Type.Literal('refundForPrice'),
  Type.Literal('refundForQuality'),
  Type.Literal('refundForService'),
  Type.Literal('refundForNeed'),
  Type.Literal('refundForCompetitor'),
  Type.Literal('refundUnexplained'),
  Type.Literal('interestShift'),
])

/** Something that went wrong for a customer. */
export const EvidenceItem = Type.Object({
  kind: EvidenceKind,
  reason: ReasonCode,
  orderId: Type.Optional(Type.String()),
  occurredAt: IsoInstant,
  /** Absent while nothing has made it good. */
  resolvedAt: Type.Optional(IsoInstant),
  /** What makes it good; absent where only time does. */
  remedy: Type.Optional(
    Type.Union([
      Type.Literal('delivery'),
      Type.Literal('ticket resolved'),
      Type.Literal('later order'),
      Type.Literal('later discount'),
    ]),
  ),
  /** When it says nothing any more, if nothing makes it good before. */
  fadesAt: Type.Optional(IsoInstant),
})

const Channel = Type.Union([
  Type.Literal('direct'),
  Type.Literal('organic search'),
  Type.Literal('paid search'),
  Type.Literal('organic social'),
  Type.Literal('paid social'),
  Type.Literal('email'),
  Type.Literal('sms'),
  Type.Literal('push'),
  Type.Literal('affiliate'),
  Type.Literal('display'),
  Type.Literal('referral'),
  Type.Literal('other'),
])

const Device = Type.Union([
  Type.Literal('desktop'),
  Type.Literal('mobile'),
  Type.Literal('tablet'),
  Type.Literal('app'),
  Type.Literal('other'),
])

/** One visit of the shop. */
export const VisitItem = Type.Object({
  startAt: IsoInstant,
  endAt: IsoInstant,
  events: Count,
  entryPage: Type.Optional(Type.String()),
  exitPage: Type.Optional(Type.String()),
  channel: Channel,
  device: Type.Optional(Device),
})

/** The greatest three of a kind, each with its share of all, 0 to 1. */
const TopTastes = Type.Array(Type.Object({ name: Type.String(), share: Type.Number() }))

/** What features heard of a customer; each part only for those whose role it is for. */
export const HeardView = Type.Object({
  /** Of support and admin: what went wrong, the last ten, the latest first. */
  evidence: Type.Optional(Type.Array(EvidenceItem)),
  /** Of support and admin: the last few, the latest first. */
  visits: Type.Optional(Type.Array(VisitItem)),
  /** Of analyst, marketer and admin. */
  tastes: Type.Optional(
    Type.Object({
      categories: TopTastes,
      brands: TopTastes,
      channels: TopTastes,
      devices: TopTastes,
    }),
  ),
  /** Of analyst, marketer and admin; absent before the second day with an order. */
  habits: Type.Optional(
    Type.Object({
      /** Mean of the days from one order day to the next. */
      meanGapDays: Type.Number(),
      /** In which most orders were placed: 0 to 23, in the shop's time zone. */
      hour: Type.Integer(),
      /** Likewise: 1 Monday to 7 Sunday. */
      weekday: Type.Integer(),
    }),
  ),
})
