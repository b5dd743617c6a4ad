import type { ReasonCode } from '@ebb/contracts/alert-record'
import type {
  AlertView,
  CustomerSort,
  EvidenceItem,
  HeardView,
  Lifecycle,
  LiveView,
  MonthGrade,
  Role,
  Standing,
  VisitItem,
} from '@ebb/contracts/dashboard-api'
import type { MeasureName } from '@ebb/contracts/quality-measures'
import type {
  ArmView,
  CouponRefusal,
  CouponStatus,
  DecisionStatus,
  LiftShortage,
  NoActionReason,
  WinbackMode,
} from '@ebb/contracts/winback-api'
import type { TreatmentKind } from '@ebb/contracts/winback-record'
import type { Page } from '../routing/route.ts'

/** Codes of the collector's refusals that have a short name; others are shown as they are. */
type RejectCode =
  | 'EBB_EVENT_AMOUNT_INVALID'
  | 'EBB_EVENT_AMOUNT_NEGATIVE'
  | 'EBB_EVENT_AMOUNT_TOO_LARGE'
  | 'EBB_EVENT_CURRENCY_UNKNOWN'
  | 'EBB_EVENT_CUSTOMER_MISSING'
  | 'EBB_EVENT_FIELD_TYPE'
  | 'EBB_EVENT_ID_INVALID'
  | 'EBB_EVENT_NAME_MISSING'
  | 'EBB_EVENT_NAME_TOO_LONG'
  | 'EBB_EVENT_NOT_OBJECT'
  | 'EBB_EVENT_ORDER_ID_MISSING'
  | 'EBB_EVENT_RATING_INVALID'
  | 'EBB_EVENT_TIMESTAMP_INVALID'
  | 'EBB_EVENT_TOO_DEEP'
  | 'EBB_EVENT_TOO_LARGE'
  | 'EBB_EVENT_TOO_OLD'
  | 'EBB_EVENT_UNREADABLE'

/** Codes of the faults that the API answers with. */
type FaultCode =
  | 'EBB_COUPON_GUESSING'
  | 'EBB_COUPON_NOT_HELD'
  | 'EBB_COUPON_UNKNOWN'
  | 'EBB_CUSTOMER_UNKNOWN'
  | 'EBB_EXCLUSION_UNKNOWN'
  | 'EBB_HTTP_BAD_REQUEST'
  | 'EBB_HTTP_INTERNAL'
  | 'EBB_HTTP_NOT_FOUND'
  | 'EBB_IDEMPOTENCY_MISMATCH'
  | 'EBB_IDEMPOTENCY_MISSING'
  | 'EBB_INSIGHTS_AWAY'
  | 'EBB_INSIGHTS_CURSOR'
  | 'EBB_INSIGHTS_FEATURES_AWAY'
  | 'EBB_INSIGHTS_ORIGIN'
  | 'EBB_INSIGHTS_RETENTION_AWAY'
  | 'EBB_INSIGHTS_ROLE'
  | 'EBB_INSIGHTS_SIGN_IN'
  | 'EBB_INSIGHTS_TOKEN'
  | 'EBB_INSIGHTS_TRIES'
  | 'EBB_INSIGHTS_TRUTH'
  | 'EBB_PAGE_UNBUILT'
  | 'EBB_POLICY_BUDGET'
  | 'EBB_POLICY_INVALID'
  | 'EBB_REQUEST_INVALID'
  | 'EBB_WEBHOOK_MISSING'

/** What customers are counted by before a lift is told. */
type CountedFor = Exclude<LiftShortage['of'], 'hold_out_share'>

/** A word for each value of a closed list. */
type WordFor<Value extends string> = { readonly [value in Value]: string }

/** Words for the faults that are counted. */
export interface QualityTerms {
  readonly measure: WordFor<MeasureName>
  readonly measureMeans: WordFor<MeasureName>
  readonly measureMend: WordFor<MeasureName>
}

/** Words for values of grades. */
export interface GradesTerms {
  readonly simpleRule: WordFor<MonthGrade['rules'][number]['rule']>
  readonly stratum: WordFor<MonthGrade['strata'][number]['stratum']>
}

/** Words for what was heard of a customer. */
export interface HeardTerms {
  readonly evidence: WordFor<EvidenceItem['kind']>
  readonly remedy: WordFor<NonNullable<EvidenceItem['remedy']>>
  readonly channel: WordFor<VisitItem['channel']>
  readonly device: WordFor<NonNullable<VisitItem['device']>>
  readonly taste: WordFor<keyof NonNullable<HeardView['tastes']>>
}

/** Words for values that the API gives; one for each value, checked by the compiler. */
export interface Terms extends QualityTerms, HeardTerms, GradesTerms {
  readonly page: WordFor<Page>
  readonly role: WordFor<Role>
  readonly standing: WordFor<Standing>
  readonly lifecycle: WordFor<Lifecycle>
  readonly alertKind: WordFor<AlertView['kind']>
  readonly reason: WordFor<ReasonCode>
  readonly sort: WordFor<CustomerSort>
  readonly mode: WordFor<WinbackMode>
  readonly modeHint: WordFor<WinbackMode>
  readonly status: WordFor<DecisionStatus>
  readonly noAction: WordFor<NoActionReason>
  readonly treatment: WordFor<TreatmentKind>
  readonly couponStatus: WordFor<CouponStatus>
  readonly refusal: WordFor<CouponRefusal>
  readonly arm: WordFor<ArmView['arm']>
  readonly engine: WordFor<LiveView['engines'][number]['need']>
  readonly theme: WordFor<'system' | 'light' | 'dark'>
  readonly language: WordFor<'en' | 'zh'>
  readonly fault: WordFor<FaultCode>
  readonly shortage: WordFor<CountedFor>
  readonly rejectCode: WordFor<RejectCode>
}
