/** What a step of work is, in the words of OpenTelemetry's semantic conventions. */
export interface StepDetails {
  /** Such as `POST /v1/events` or `process ebb.events.v1`; of few different values. */
  readonly name: string
  readonly kind: 'server' | 'client' | 'consumer' | 'producer' | 'internal'
  readonly attributes?: Readonly<Record<string, string | number>>
}

/** A step that is part of a trace. */
export interface TracedStep {
  /** W3C `traceparent` of this step: what it leads to follows it. */
  readonly traceparent: string
  /** The step is over; `error` where it failed. What comes after the first call has no effect. */
  end(error?: Error, attributes?: StepDetails['attributes']): void
}

/** Where a step comes from that is told of only when it is over. */
export interface StepOrigin {
  /** `traceparent` of what led to it, sampled or not. */
  readonly parent?: string | undefined
  /** Ms since the epoch; now unless given. */
  readonly beganAt?: number
}

/** The trace id in a `traceparent`. */
export const traceIdOf = (traceparent: string): string => traceparent.split('-')[1]!

/** Tells steps of work to whoever collects traces. No call throws. */
export interface Tracer {
  /**
   * Begins a trace for the share of calls that is sampled, below `remote` where a caller sent one;
   * `undefined` for the others.
   */
  begin(step: StepDetails, remote?: string): TracedStep | undefined
  /** A step of the trace that led here; `undefined` where that is not traced. */
  follow(step: StepDetails, traceparent: string | undefined): TracedStep | undefined
  /** A step that failed and was not traced so far: traced always. Its trace id is for the log. */
  fault(step: StepDetails, error: Error, origin?: StepOrigin): string | undefined
}

/** Header of a record, and of an HTTP request, that carries the trace context. */
export const TRACE_HEADER = 'traceparent'

/** Traces nothing. */
export const NO_TRACER: Tracer = {
  begin: () => undefined,
  follow: () => undefined,
  fault: () => undefined,
}
