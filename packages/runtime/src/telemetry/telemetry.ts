import { NO_TRACER, type Tracer } from '@ebb/streaming/tracing'
import { createNoopMeter, type Meter } from '@opentelemetry/api'

/** What a service measures and traces with. */
export interface Telemetry {
  /** Of one service; `scope` is the name of its package. */
  meter(scope: string): Meter
  readonly tracer: Tracer
}

/** Telemetry of a process. */
export interface RunningTelemetry extends Telemetry {
  /** All metrics of this moment, in the text format of Prometheus. */
  prometheus(): Promise<string>
  /** Sends what waits, for at most two seconds. Idempotent. */
  stop(): Promise<void>
}

const NO_METER = createNoopMeter()

/** Measures and traces nothing, at no cost. */
export const NO_TELEMETRY: Telemetry = { meter: () => NO_METER, tracer: NO_TRACER }
