import Type from 'typebox'
import { type Configuration, type Settings, setting } from '../configuration.ts'

const isHttpUrl = (text: string): boolean => /^https?:\/\//.test(text) && URL.canParse(text)

/** How a process tells what it does. All of it is off unless set. */
export const TELEMETRY_SETTINGS = {
  metricsPort: setting({
    env: 'EBB_METRICS_PORT',
    what: 'port of /metrics, /livez and /readyz for operators; none unless given',
    takes: 'a whole number from 0 to 65535; 0 takes any free port',
    schema: Type.Union([Type.Literal(''), Type.Integer({ minimum: 0, maximum: 65_535 })]),
    default: '' as const,
  }),
  metricsHost: setting({
    env: 'EBB_METRICS_HOST',
    what: 'address that the metrics port listens on',
    takes: 'a host name or an address; 0.0.0.0 lets other machines in',
    schema: Type.String({ minLength: 1 }),
    default: '127.0.0.1',
  }),
  otlpEndpoint: setting({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    what: 'collector of OpenTelemetry that traces and metrics go to; none unless given',
    takes: 'a URL such as http://localhost:4318, which takes OTLP over HTTP',
    schema: Type.Union([Type.Literal(''), Type.Refine(Type.String(), isHttpUrl)]),
    default: '' as const,
  }),
  sdkDisabled: setting({
    env: 'OTEL_SDK_DISABLED',
    what: 'switches telemetry off, whatever else is set',
    takes: 'true or false',
    schema: Type.Union([Type.Literal('true'), Type.Literal('false')]),
    default: 'false' as const,
  }),
  traceShare: setting({
    env: 'EBB_TRACE_SHARE',
    what: 'share of requests and ticks that are traced; failures are traced always',
    takes: 'a number from 0 to 1',
    schema: Type.Number({ minimum: 0, maximum: 1 }),
    default: 0.01,
  }),
} satisfies Settings

/** The values of `TELEMETRY_SETTINGS`. */
export type TelemetryConfig = Configuration<typeof TELEMETRY_SETTINGS>
