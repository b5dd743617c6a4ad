import { sseEvents } from './sse-events.ts'

/** Somebody who looks at the live stream of the dashboard. */
export interface LiveViewer {
  /** Resolves when a live view came, and alerts are followed: none is left out from then on. */
  follows(): Promise<void>
  /** Counts anew from here on. */
  begin(): void
  /** Live views and alerts that came. */
  messages(): number
  /** Resolves when a live view came, and each of these alerts. */
  saw(alertIds: readonly string[]): Promise<void>
  leave(): void
}

/** Opens the stream at an address of insights, as a browser does. Throws where it is refused. */
export const openViewer = async (url: string, key: string): Promise<LiveViewer> => {
  const leaving = new AbortController()
  const headers = { authorization: `Bearer ${key}` }
  const response = await fetch(`${url}/api/live/stream`, { headers, signal: leaving.signal })
  if (!response.ok) throw new Error(`The live stream answered ${response.status}`)
  const alerts = new Set<string>()
  let views = 0
  let isFollowing = false
  let check = (): void => {}
  const read = async (): Promise<void> => {
    const take = sseEvents()
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      for (const { event, data, id } of take(piece)) {
        isFollowing ||= id !== undefined
        if (event === 'live') views += 1
        else if (event === 'alert') alerts.add(JSON.parse(data).alertId)
      }
      check()
    }
  }
  read().catch((error: Error) => {
    if (!leaving.signal.aborted) throw error
  })
  const until = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (isSo()) resolve()
      }
      check()
    })
  return {
    follows: () => until(() => isFollowing && views > 0),
    begin: () => {
      views = 0
      alerts.clear()
    },
    messages: () => views + alerts.size,
    saw: (alertIds) => until(() => views > 0 && alertIds.every((id) => alerts.has(id))),
    leave: () => leaving.abort(),
  }
}
