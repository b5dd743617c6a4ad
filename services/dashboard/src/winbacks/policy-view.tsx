import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { CopyButton } from '../components/copy-button.tsx'
import { FaultNotice, Loading } from '../components/notice.tsx'
import { format, words } from '../language/language.ts'

/** The policy in force, as its author wrote it. */
export const PolicyView = () => {
  const { winbacks, policy } = words.value
  const { data, fault, isLoading, reload } = useAnswer<PolicyAnswer>('/winbacks/policy')
  return (
    <Card
      title={winbacks.policy}
      hint={policy.hint}
      aside={data && <CopyButton text={data.text} />}
    >
      {data && (
        <p class="policy-version muted">
          {policy.version(format.value.number(data.version), format.value.moment(data.appliedAt))}
        </p>
      )}
      {isLoading && <Loading />}
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre class="code is-tall" tabIndex={0}>
          {data.text}
        </pre>
      )}
    </Card>
  )
}

interface PolicyAnswer {
  readonly version: number
  readonly text: string
  readonly appliedAt: string
}
