import type { HttpReference } from '@ebb/contracts/openapi'
import { CouponView, DecisionView, WinbackStatus, WinbackSummary } from '@ebb/contracts/winback-api'
import { winbackOperations } from '@ebb/contracts/winback-operations'
import { WinbackRecord } from '@ebb/contracts/winback-record'
import { COUPON_OPERATIONS } from './coupon-operations.ts'
import { SCOPE_WINBACKS_READ, SCOPE_WINBACKS_WRITE } from './winback-routes.ts'

const mayRead = { by: 'secretKey', needs: [SCOPE_WINBACKS_READ] } as const
const mayChange = { by: 'secretKey', needs: [SCOPE_WINBACKS_WRITE] } as const

/** What retention answers over HTTP. */
export const RETENTION_REFERENCE: HttpReference = {
  title: 'Retention',
  server: 'http://127.0.0.1:8082',
  schemas: { CouponView, DecisionView, WinbackSummary, Winback: WinbackRecord },
  operations: {
    ...COUPON_OPERATIONS,
    'GET /v1/winbacks/status': {
      what: 'Mode, and counts of coupons',
      access: mayRead,
      answers: { 200: { what: 'as of now', schema: WinbackStatus } },
    },
    ...winbackOperations('/v1/winbacks', (route) =>
      route.startsWith('GET ') ? mayRead : mayChange,
    ),
  },
}
