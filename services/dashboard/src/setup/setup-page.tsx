import type { SetupView } from '@ebb/contracts/dashboard-api'
import { useState } from 'preact/hooks'
import { shop } from '../access/session.ts'
import { useAnswer } from '../api/use-answer.ts'
import { Card } from '../components/card.tsx'
import { Select } from '../components/choice.tsx'
import { CopyButton } from '../components/copy-button.tsx'
import { Empty, FaultNotice, Loading } from '../components/notice.tsx'
import { PageHead } from '../components/page-head.tsx'
import { words } from '../language/language.ts'
import { route, setQuery } from '../routing/location.ts'
import { curlLine, masked } from './curl-line.ts'
import { EventDebugger } from './event-debugger.tsx'

/** How a shop begins: a key, a line to paste, and the events as they arrive. */
export const SetupPage = () => {
  const { page } = words.value
  const { data, fault, isLoading, reload } = useAnswer<SetupView>('/setup')
  return (
    <>
      <PageHead title={page.setup} />
      {fault && <FaultNotice fault={fault} onRetry={reload} />}
      {isLoading && <Loading />}
      {data && <Steps setup={data} />}
    </>
  )
}

const Steps = ({ setup }: { readonly setup: SetupView }) => {
  const wanted = route.value.query['source']
  const chosen = setup.writeKeys.find(({ source }) => source === wanted) ?? setup.writeKeys[0]
  return (
    <div class="setup">
      <div class="setup-steps">
        <KeyCard setup={setup} chosen={chosen} />
        {chosen && <CurlCard collectorUrl={setup.collectorUrl} writeKey={chosen.key} />}
      </div>
      <EventDebugger sources={setup.writeKeys.map(({ source }) => source)} />
    </div>
  )
}

interface KeyCardProps {
  readonly setup: SetupView
  readonly chosen: SetupView['writeKeys'][number] | undefined
}

const KeyCard = ({ setup: { writeKeys }, chosen }: KeyCardProps) => {
  const { setup, common } = words.value
  const [isShown, setShown] = useState(false)
  if (chosen === undefined) {
    return (
      <Card title={setup.keyTitle}>
        <Empty title={setup.keyNone}>
          <p>{setup.keyNoneHint}</p>
        </Empty>
      </Card>
    )
  }
  return (
    <Card title={setup.keyTitle} hint={setup.keyHint}>
      {writeKeys.length > 1 && (
        <Select
          label={setup.source}
          value={chosen.source}
          options={writeKeys.map(({ source }) => ({ value: source, text: source }))}
          onChoose={(source) => setQuery({ source })}
        />
      )}
      <div class="key">
        <span class="tag">{chosen.source}</span>
        <code>{isShown ? chosen.key : masked(chosen.key)}</code>
        <button type="button" class="button is-small is-quiet" onClick={() => setShown(!isShown)}>
          {isShown ? common.hide : common.show}
        </button>
        <CopyButton text={chosen.key} />
      </div>
    </Card>
  )
}

interface CurlCardProps {
  readonly collectorUrl: string
  readonly writeKey: string
}

const CurlCard = ({ collectorUrl, writeKey }: CurlCardProps) => {
  const { setup } = words.value
  const { currency } = shop.value
  const line = (key: string): string => curlLine({ collectorUrl, key, currency })
  return (
    <Card
      title={setup.curlTitle}
      hint={setup.curlHint}
      aside={<CopyButton text={line(writeKey)} />}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre class="code" tabIndex={0}>
        {line(masked(writeKey))}
      </pre>
    </Card>
  )
}
