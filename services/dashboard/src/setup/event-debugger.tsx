import type { DebuggedEvent } from '@ebb/contracts/dashboard-api'
import { useEffect, useState } from 'preact/hooks'
import { withQuery } from '../api/api-client.ts'
import { type Connection, openStream } from '../api/event-stream.ts'
import { Card } from '../components/card.tsx'
import { Select } from '../components/choice.tsx'
import { Empty } from '../components/notice.tsx'
import { eventName } from '../language/event-names.ts'
import { format, language, words } from '../language/language.ts'
import { rejectName } from '../rejects/reject-name.ts'

const KEPT = 60

interface Arrived extends DebuggedEvent {
  readonly number: number
}

/** The events of a source while this page is open, the latest first. */
const useArriving = (source: string) => {
  const [events, setEvents] = useState<readonly Arrived[]>([])
  const [connection, setConnection] = useState<Connection>('connecting')
  useEffect(() => {
    setEvents([])
    let number = 0
    return openStream({
      path: withQuery('/setup/stream', { source }),
      onConnection: (state) => {
        // A new connection begins with the last events, also those that were seen.
        if (state === 'open') setEvents([])
        setConnection(state)
      },
      onEvent: ({ event, data }) => {
        if (event !== 'event') return
        const arrived: Arrived = { ...(JSON.parse(data) as DebuggedEvent), number: number++ }
        setEvents((before) => [arrived, ...before].slice(0, KEPT))
      },
    })
  }, [source])
  return { events, connection, clear: () => setEvents([]) }
}

/** Shows what a shop sends, as it arrives, taken or refused. */
export const EventDebugger = ({ sources }: { readonly sources: readonly string[] }) => {
  const { setup, app } = words.value
  const [source, setSource] = useState('')
  const { events, connection, clear } = useArriving(source)
  return (
    <Card title={setup.debugTitle} hint={setup.debugHint} class="debugger">
      <div class="filters">
        <Select
          label={setup.source}
          value={source}
          onChoose={setSource}
          options={[
            { value: '', text: setup.allSources },
            ...sources.map((value) => ({ value, text: value })),
          ]}
        />
        <button type="button" class="button" onClick={clear} disabled={events.length === 0}>
          {setup.clear}
        </button>
        <span class={`state ${connection === 'open' ? 'is-good' : 'is-waiting'}`} role="status">
          {connection === 'lost' ? app.lost : setup.listening}
        </span>
      </div>
      {events.length === 0 ? (
        <Empty title={setup.waiting} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="feed-box" aria-label={setup.debugTitle} tabIndex={0}>
          <ol class="arrived">
            {events.map((event) => (
              <li key={event.number}>
                <ArrivedEvent event={event} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </Card>
  )
}

const ArrivedEvent = ({ event }: { readonly event: DebuggedEvent }) => {
  const { setup } = words.value
  const { isAccepted, name, customerId, source, at, code } = event
  return (
    <details class={isAccepted ? 'is-accepted' : 'is-refused'}>
      <summary>
        <span class={`state ${isAccepted ? 'is-good' : 'is-bad'}`}>
          {isAccepted ? setup.accepted : setup.refused}
        </span>
        <strong>{name ? eventName(name, language.value) : code && rejectName(code)}</strong>
        {customerId && <code>{customerId}</code>}
        <span class="tag">{source}</span>
        <time class="muted" dateTime={at}>
          {format.value.clock(at)}
        </time>
      </summary>
      <ArrivedDetail event={event} />
    </details>
  )
}

const ArrivedDetail = ({ event }: { readonly event: DebuggedEvent }) => {
  const { setup } = words.value
  const { message, code, occurredAt, properties } = event
  return (
    <div class="arrived-detail">
      {message && (
        <p>
          {message} {code && <code class="muted">{code}</code>}
        </p>
      )}
      {occurredAt && (
        <p class="muted">
          {setup.occurred}: {format.value.moment(occurredAt)}
        </p>
      )}
      {properties && <p class="muted">{setup.properties}</p>}
      {properties && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre class="code" tabIndex={0}>
          {JSON.stringify(properties, null, 2)}
        </pre>
      )}
    </div>
  )
}
