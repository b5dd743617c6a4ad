import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLogger } from '@ebb/runtime/logger'
import { counterOf, gaugeOf, histogramOf, METRICS } from '@ebb/runtime/telemetry/metrics'
import { startTelemetry } from '@ebb/runtime/telemetry/start-telemetry'

/** Names of series, each with the names of its labels. */
export type SeriesLabels = ReadonlyMap<string, ReadonlySet<string>>

/** What Prometheus itself adds. */
const OF_THE_TARGET = ['job', 'instance']

/**
 * What Prometheus finds at the metrics port of a service: every metric that the runtime declares is
 * measured once, and exported as a service does it. With `up`, which Prometheus makes.
 */
export const exportedSeries = async (): Promise<SeriesLabels> => {
  const telemetry = await startTelemetry(
    'deploy',
    {
      ...{ metricsPort: 0, metricsHost: '127.0.0.1' },
      ...{ otlpEndpoint: '', traceShare: 0, sdkDisabled: 'false' },
    },
    createLogger({ service: 'deploy', level: 'silent' }),
  )
  const meter = telemetry.meter('@ebb/deploy')
  for (const metric of Object.values(METRICS)) {
    const attributes = Object.fromEntries(metric.attributes.map((name) => [name, 'any']))
    if (metric.kind === 'counter') counterOf(meter, metric).add(1, attributes)
    else if (metric.kind === 'histogram') histogramOf(meter, metric).record(1, attributes)
    else gaugeOf(meter, metric).addCallback((result) => result.observe(1, attributes))
  }
  const text = await wholeText(telemetry.prometheus)
  await telemetry.stop()
  const series = new Map([['up', new Set(OF_THE_TARGET)]])
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-z0-9_]+)(?:\{(.*)\})? /i.exec(line) ?? []
    if (name === undefined) continue
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!)
    series.set(name, new Set([...OF_THE_TARGET, ...names]))
  }
  return series
}

/** Node tells of the garbage collection only after one, and of delays after the first turns. */
const wholeText = async (prometheus: () => Promise<string>): Promise<string> => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  for (;;) {
    collectGarbage()
    await setTimeout(10)
    const text = await prometheus()
    if (text.includes('v8js_gc_duration_sum') && text.includes('nodejs_eventloop_delay_p99'))
      return text
  }
}
