import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLogger } from '@ebb/runtime/logger'
import { startTelemetry } from '@ebb/runtime/telemetry/start-telemetry'
import type { Benchmark, Setting, Workload } from './benchmark.ts'
import { openOnNothing } from './collector-benchmark.ts'
import { BATCHES, bodiesOf, type IntakeShape, SINGLES } from './intake-shapes.ts'

const told = (shape: IntakeShape): Benchmark => ({
  name: `telemetry, ${shape.name}`,
  bodies: (_round, scale) => bodiesOf(shape, scale),
  against: { name: 'collector without telemetry', open: (setting) => openOnNothing(setting) },
  contestants: [{ name: 'collector with telemetry', goal: '≥ 90 %', open: openTold }],
})

/** Metrics, and traces of the shipped share, sent to a receiver that takes everything. */
const openTold = async (setting: Setting): Promise<Workload> => {
  const receiver = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.end())
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { port } = receiver.address() as AddressInfo
  const telemetry = await startTelemetry(
    'ebb-collector',
    {
      ...{ metricsPort: '', metricsHost: '127.0.0.1', traceShare: 0.01 },
      ...{ otlpEndpoint: `http://127.0.0.1:${port}`, sdkDisabled: 'false' },
    },
    createLogger({ service: 'bench', level: 'warn', destination: process.stderr }),
  )
  const workload = await openOnNothing(setting, telemetry)
  return {
    ...workload,
    close: async () => {
      await workload.close()
      await telemetry.stop()
      receiver.closeAllConnections()
      receiver.close()
    },
  }
}

/** What it costs the collector to tell what it does. */
export const telemetryBenchmarks: readonly Benchmark[] = [told(BATCHES), told(SINGLES)]
