import type { ComponentChildren } from 'preact'
import type { ApiFault } from '../api/api-fault.ts'
import { faultName } from '../api/fault-name.ts'
import { words } from '../language/language.ts'

interface FaultNoticeProps {
  readonly fault: ApiFault
  readonly onRetry?: (() => void) | undefined
}

/** What is wrong, where, and what to do about it; what the server says of it is in English. */
export const FaultNotice = ({ fault, onRetry }: FaultNoticeProps) => {
  const w = words.value
  const isAway = fault.status === 0
  const name = faultName(fault)
  return (
    <div class="notice is-fault" role="alert">
      <p class="notice-title">
        {isAway ? w.common.unreachable : (name ?? <span lang="en">{fault.message}</span>)}
      </p>
      {isAway && <p>{w.common.unreachableFix}</p>}
      {name && <p lang="en">{fault.message}</p>}
      {fault.where && (
        <p>
          {w.common.where} <code>{fault.where}</code>
        </p>
      )}
      {fault.fix && (
        <p>
          {w.common.fix} <span lang="en">{fault.fix}</span>
        </p>
      )}
      <div class="notice-foot">
        {!isAway && <code class="muted">{fault.code}</code>}
        {onRetry && (
          <button type="button" class="button is-small" onClick={onRetry}>
            {w.common.retry}
          </button>
        )}
      </div>
    </div>
  )
}

interface EmptyProps {
  readonly title: string
  readonly children?: ComponentChildren
}

/** Nothing is here: why, and what to do next. */
export const Empty = ({ title, children }: EmptyProps) => (
  <div class="empty">
    <svg class="empty-sign" viewBox="0 0 64 24" aria-hidden="true">
      <path d="M2 8c8 0 8 8 16 8s8-4 16-4 8 3 14 3 8-1 14-1" />
    </svg>
    <p class="empty-title">{title}</p>
    {children}
  </div>
)

/** Told while an answer is awaited. */
export const Loading = () => (
  <p class="loading" role="status">
    {words.value.common.loading}
  </p>
)
