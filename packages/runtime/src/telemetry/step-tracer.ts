import type { StepDetails, TracedStep, Tracer } from '@ebb/streaming/tracing'
import {
  type Context,
  type Tracer as OpenTelemetryTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

/** How many are traced. */
export interface Sampling {
  /** Of the calls to `begin`: 0 to 1. */
  readonly share: number
  /** From 0 to below 1, as `Math.random`. */
  readonly random: () => number
}

/** Traces by a tracer of OpenTelemetry whose sampler takes every span: what is sampled is decided here. */
export const stepTracer = (tracer: OpenTelemetryTracer, { share, random }: Sampling): Tracer => {
  const start = (
    { name, kind, attributes }: StepDetails,
    context: Context,
    startTime?: number,
  ): Span => {
    const options = {
      kind: KINDS[kind],
      ...(attributes && { attributes }),
      ...(startTime !== undefined && { startTime }),
    }
    return tracer.startSpan(name, options, context)
  }
  return {
    begin: (step, remote) =>
      random() < share ? stepOf(start(step, contextOf(remote))) : undefined,
    follow: (step, traceparent) => {
      const context = traceparent === undefined ? ROOT_CONTEXT : contextOf(traceparent)
      const isTraced = trace.getSpanContext(context)?.traceFlags === TraceFlags.SAMPLED
      return isTraced ? stepOf(start(step, context)) : undefined
    },
    fault: (step, error, { parent, beganAt } = {}) => {
      const span = start(step, contextOf(parent), beganAt)
      fail(span, error)
      span.end()
      return span.spanContext().traceId
    },
  }
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
} as const

/** Version 00 of https://www.w3.org/TR/trace-context, whose ids are not all zeros. */
const TRACEPARENT = /^00-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})$/

/** What a caller sent that is no trace context counts as nothing. */
const contextOf = (traceparent: string | undefined): Context => {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags!, 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

const stepOf = (span: Span): TracedStep => {
  const { traceId, spanId } = span.spanContext()
  return {
    traceparent: `00-${traceId}-${spanId}-01`,
    end: (error, attributes) => {
      if (!span.isRecording()) return
      if (attributes) span.setAttributes(attributes)
      if (error) fail(span, error)
      span.end()
    },
  }
}

/** Messages of errors may name customers: the type and the code are enough to find the log line. */
const fail = (span: Span, error: Error): void => {
  const { code } = error as { code?: unknown }
  span.setAttribute('error.type', typeof code === 'string' ? code : error.name)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
