import { NO_TRACER, type Tracer } from '@ebb/streaming/tracing'
import { createNoopMeter, type Meter } from '@opentelemetry/api'

/** What a service measures and traces with. */
export interface Telemetry {
  /** Of one service; `scope` is the name of its package. */
  meter(scope: string): Meter
  readonly tracer: Tracer
}

const NO_METER = createNoopMeter()

/** Measures and traces nothing, at no cost. */
export const NO_TELEMETRY: Telemetry = { meter: () => NO_METER, tracer: NO_TRACER }
