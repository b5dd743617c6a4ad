import type { Benchmark, Contestant, Scale } from './benchmark.ts'
import { startFedInsights } from './fed-insights.ts'
import { openViewer } from './live-viewer.ts'

const SECONDS = 3
/** Two are the least in which a live view is due whenever they begin. */
const LEAST_SECONDS = 2
/** Of the scale; a smaller one has shorter rounds. */
const EVENTS_A_SECOND = 5_000
/** Alerts are shown each second: who waits so long has lost one. */
const LOST_AFTER_MS = 20_000

const INSIGHTS = 'insights'

const secondsOf = ({ events }: Scale): number =>
  Math.max(LEAST_SECONDS, Math.min(SECONDS, events / EVENTS_A_SECOND))

/** Throws where one of the viewers is not shown what it is there for. */
const inTime = async (shown: readonly Promise<void>[]): Promise<void> => {
  const late = Promise.withResolvers<never>()
  const lose = (): void => late.reject(new Error('A viewer was not shown what it is there for'))
  const timer = setTimeout(lose, LOST_AFTER_MS)
  try {
    await Promise.race([Promise.all(shown), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const looking = (name: string, count: number): Contestant => ({
  name,
  open: async (setting) => {
    const insights = await startFedInsights(setting, `bench_viewers_${count}`)
    const { url, key } = insights
    return {
      helpers: { [INSIGHTS]: insights.pid },
      prepare: async (round) => {
        const alertIds = await insights.prepare(round, secondsOf(setting.scale))
        const viewers = await Promise.all(Array.from({ length: count }, () => openViewer(url, key)))
        await inTime(viewers.map((viewer) => viewer.follows()))
        for (const viewer of viewers) viewer.begin()
        let heard: readonly number[] = []
        return {
          run: insights.feed,
          end: async () => {
            await inTime(viewers.map((viewer) => viewer.saw(alertIds)))
            heard = viewers.map((viewer) => viewer.messages())
            for (const viewer of viewers) viewer.leave()
          },
          heard: () => heard,
        }
      },
      close: insights.stop,
    }
  },
})

/** What more viewers of the dashboard's live stream cost the process that shows it. */
export const viewersBenchmark: Benchmark = {
  name: 'viewers of the live stream, 500 events/s',
  needs: ['postgres'],
  against: looking('1 viewer', 1),
  contestants: [{ ...looking('50 viewers', 50), coreGoals: { [INSIGHTS]: '≤ 10 more' } }],
}
