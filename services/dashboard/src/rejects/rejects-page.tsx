import type { RejectPage, RejectView } from '@ebb/contracts/dashboard-api'
import { withQuery } from '../api/api-client.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { Select } from '../components/choice.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { format, words } from '../language/language.ts'
import { route, setQuery } from '../routing/location.ts'
import { rejectName } from './reject-name.ts'

const LIMIT = '100'
const REFRESH_MS = 10_000

/** What could not be taken, why, and how to mend it. */
export const RejectsPage = () => {
  const w = words.value
  const { source, code } = route.value.query
  const path = withQuery('/rejects', { source, code, limit: LIMIT })
  const { data, fault, isLoading, reload } = useAnswer<RejectPage>(path, REFRESH_MS)
  return (
    <>
      <PageHead title={w.page.rejects} />
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {isLoading && !data && <Loading />}
      {data && <Filters sources={data.sources} codes={data.codes} />}
      {data && (
        <div class="rejects-grid">
          <CodesCard codes={data.codes} />
          <RejectList rejects={data.rejects} isFiltered={Boolean(source || code)} />
        </div>
      )}
    </>
  )
}

const Filters = ({ sources, codes }: Pick<RejectPage, 'sources' | 'codes'>) => {
  const { rejects, common } = words.value
  const { query } = route.value
  const all = { value: '', text: common.all }
  return (
    <search class="filters">
      <Select
        label={rejects.source}
        value={query['source'] ?? ''}
        options={[all, ...sources.map((value) => ({ value, text: value }))]}
        onChoose={(source) => setQuery({ source })}
      />
      <Select
        label={rejects.code}
        value={query['code'] ?? ''}
        options={[all, ...codes.map(({ code }) => ({ value: code, text: rejectName(code) }))]}
        onChoose={(code) => setQuery({ code })}
      />
    </search>
  )
}

const CodesCard = ({ codes }: Pick<RejectPage, 'codes'>) => {
  const { rejects } = words.value
  const most = Math.max(1, ...codes.map(({ count }) => count))
  if (codes.length === 0) return null
  return (
    <Card title={rejects.byCode}>
      <ul class="outcomes">
        {codes.map(({ code, count }) => (
          <li key={code}>
            <button type="button" class="link" onClick={() => setQuery({ code })}>
              {rejectName(code)}
            </button>
            <span class="track" aria-hidden="true">
              <span class="bar is-plain" style={{ width: `${(100 * count) / most}%` }} />
            </span>
            <span class="count">{format.value.number(count)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

interface RejectListProps {
  readonly rejects: readonly RejectView[]
  readonly isFiltered: boolean
}

const RejectList = ({ rejects: list, isFiltered }: RejectListProps) => {
  const { rejects } = words.value
  return (
    <Card title={rejects.latest}>
      {list.length === 0 && (
        <Empty title={isFiltered ? rejects.noMatch : rejects.none}>
          {!isFiltered && <p>{rejects.noneHint}</p>}
        </Empty>
      )}
      <ol class="rejects">
        {list.map((reject) => (
          <li key={reject.id}>
            <Reject reject={reject} />
          </li>
        ))}
      </ol>
    </Card>
  )
}

const Reject = ({ reject }: { readonly reject: RejectView }) => {
  const { rejects } = words.value
  const { code, message, where, source, receivedAt, payload, payloadBytes } = reject
  const written = format.value
  const bytes = new TextEncoder().encode(payload).length
  return (
    <article class="reject">
      <header>
        <h3>{rejectName(code)}</h3>
        <span class="tag">{source}</span>
        <time class="muted" dateTime={receivedAt}>
          {written.moment(receivedAt)}
        </time>
      </header>
      <p lang="en">{message}</p>
      <p class="muted">
        {rejects.place}: <code>{where}</code> · <code>{code}</code>
      </p>
      <details>
        <summary>{rejects.payload}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre class="code" tabIndex={0}>
          {payload}
        </pre>
        {bytes < payloadBytes && (
          <p class="muted">
            {rejects.payloadCut(written.number(bytes), written.number(payloadBytes))}
          </p>
        )}
      </details>
    </article>
  )
}
