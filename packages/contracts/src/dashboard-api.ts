import type { View } from './api-view.ts'
import type * as schemas from './dashboard-schemas.ts'
import type * as grades from './grades-api.ts'
import type * as heard from './heard-api.ts'
import type * as quality from './quality-api.ts'

// What insights answers to the dashboard, below /api, as types: their meaning stands beside the
// schemas. Instants are ISO 8601 in UTC; money is in minor units of the shop's currency.

/** Who somebody is to the dashboard. */
export type Role = View<typeof schemas.Role>
export const ROLES = [
  'viewer',
  'analyst',
  'marketer',
  'support',
  'operator',
  'admin',
] as const satisfies readonly Role[]

/** What customers can be sorted by. */
export const CUSTOMER_SORTS = ['risk', 'loss', 'revenue', 'lastOrder', 'next', 'customer'] as const
export type CustomerSort = (typeof CUSTOMER_SORTS)[number]

export type SessionView = View<typeof schemas.SessionView>
export type Standing = View<typeof schemas.Standing>
export type Lifecycle = View<typeof schemas.Lifecycle>
export type HoldView = View<typeof schemas.Hold>
export type HeldCount = View<typeof schemas.HeldCount>
export type LiveView = View<typeof schemas.LiveView>
export type AlertView = View<typeof schemas.AlertView>
export type AlertPage = View<typeof schemas.AlertPage>
export type CustomerItem = View<typeof schemas.CustomerItem>
export type CustomerPage = View<typeof schemas.CustomerPage>
export type SilenceView = View<typeof schemas.SilenceView>
export type TimelineItem = View<typeof schemas.TimelineItem>
export type EvidenceItem = View<typeof heard.EvidenceItem>
export type VisitItem = View<typeof heard.VisitItem>
export type HeardView = View<typeof heard.HeardView>
export type CustomerDetail = View<typeof schemas.CustomerDetail>
export type EffectView = View<typeof schemas.EffectView>
export type TruthView = View<typeof schemas.TruthView>
export type RejectView = View<typeof schemas.RejectView>
export type RejectPage = View<typeof schemas.RejectPage>
export type QualityDay = View<typeof quality.QualityDay>
export type QualityPage = View<typeof quality.QualityPage>
export type MonthGrade = View<typeof grades.MonthGrade>
export type GradesPage = View<typeof grades.GradesPage>
export type SetupView = View<typeof schemas.SetupView>
export type DebuggedEvent = View<typeof schemas.DebuggedEvent>
