{{/* Takes { name, secret, key }. */}}
{{- define "ebb.secretVariable" -}}
- name: {{ .name }}
  valueFrom: { secretKeyRef: { name: {{ .secret | quote }}, key: {{ .key | quote }} } }
{{ end }}

{{/* Takes { engine, clientCertificate }: the files that the volume `engine`-tls brings. */}}
{{- define "ebb.env.tlsFiles" -}}
- { name: EBB_{{ upper .engine }}_CA, value: /etc/ebb/{{ .engine }}/ca.crt }
{{ if .clientCertificate -}}
- { name: EBB_{{ upper .engine }}_CERT, value: /etc/ebb/{{ .engine }}/tls.crt }
- { name: EBB_{{ upper .engine }}_KEY, value: /etc/ebb/{{ .engine }}/tls.key }
{{ end }}
{{- end }}

{{- define "ebb.env.common" -}}
- { name: EBB_KAFKA, value: {{ required "kafka.brokers is needed: HOST:PORT, several with commas" .Values.kafka.brokers | quote }} }
- { name: EBB_KAFKA_COMPRESSION, value: {{ .Values.kafka.compression | quote }} }
{{ with .Values.kafka.tls -}}
- { name: EBB_KAFKA_TLS, value: {{ ternary "yes" "no" .enabled | quote }} }
{{ if and .enabled .existingSecret -}}
{{ include "ebb.env.tlsFiles" (dict "engine" "kafka" "clientCertificate" .clientCertificate) }}
{{- end }}
{{- end }}
{{- with .Values.kafka.sasl -}}
- { name: EBB_KAFKA_SASL, value: {{ .mechanism | quote }} }
{{ if ne .mechanism "none" -}}
{{ include "ebb.secretVariable" (dict "name" "EBB_KAFKA_USERNAME" "secret" .existingSecret "key" .usernameKey) }}
{{- include "ebb.secretVariable" (dict "name" "EBB_KAFKA_PASSWORD" "secret" .existingSecret "key" .passwordKey) }}
{{- end }}
{{- end }}
- { name: EBB_NAMESPACE, value: {{ .Values.namespace | quote }} }
- { name: EBB_LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
- { name: EBB_METRICS_PORT, value: '9464' }
- { name: EBB_METRICS_HOST, value: 0.0.0.0 }
- { name: EBB_TRACE_SHARE, value: {{ .Values.telemetry.traceShare | quote }} }
{{ with .Values.telemetry.otlpEndpoint -}}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
{{ end }}
{{- end }}

{{- define "ebb.env.redis" -}}
{{ with .Values.redis -}}
{{ include "ebb.secretVariable" (dict "name" "EBB_REDIS" "secret" .existingSecret "key" .urlKey) }}
{{- if .cluster }}
- { name: EBB_REDIS_CLUSTER, value: 'yes' }
{{ end }}
{{- if .tls.existingSecret }}
{{ include "ebb.env.tlsFiles" (dict "engine" "redis" "clientCertificate" .tls.clientCertificate) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "ebb.env.postgres" -}}
{{ include "ebb.secretVariable" (dict "name" "EBB_POSTGRES" "secret" .Values.postgres.existingSecret "key" .Values.postgres.urlKey) }}
{{- end }}

{{- define "ebb.env.keys" -}}
- { name: EBB_KEYS, value: {{ printf "/etc/ebb/keys/%s" .Values.keys.key | quote }} }
{{ end }}

{{/* Takes { root, service, port }: where it listens, and where the keys are. */}}
{{- define "ebb.env.http" -}}
- { name: EBB_{{ upper .service }}_HOST, value: 0.0.0.0 }
- { name: EBB_{{ upper .service }}_PORT, value: {{ .port | quote }} }
{{ include "ebb.env.keys" .root }}
{{ end }}

{{- define "ebb.env.collector" -}}
- { name: EBB_SPOOL, value: /var/lib/ebb-spool/events }
- { name: EBB_SPOOL_LIMIT_BYTES, value: {{ .Values.collector.spool.limitBytes | int64 | quote }} }
{{ with .Values.rates -}}
- { name: EBB_RATES, value: {{ . | toJson | quote }} }
{{ end }}
{{- end }}

{{- define "ebb.env.features" -}}
{{ include "ebb.env.redis" . }}
{{- end }}

{{/* Of the scorer, and of the command line, which fits models as well. */}}
{{- define "ebb.env.training" -}}
- { name: EBB_TRAINING, value: {{ .Values.scorer.training | quote }} }
{{ end }}

{{- define "ebb.env.margin" -}}
- { name: EBB_MARGIN_PERCENT, value: {{ .Values.marginPercent | quote }} }
{{ end }}

{{- define "ebb.env.scorer" -}}
{{ include "ebb.env.redis" . }}
{{ include "ebb.env.training" . }}
{{- include "ebb.env.margin" . }}
{{- end }}

{{- define "ebb.env.retention" -}}
{{ include "ebb.env.postgres" . }}
{{- with .Values.retention.webhook }}
{{- if .url }}
- { name: EBB_WEBHOOK_URL, value: {{ .url | quote }} }
{{- with .allow }}
- { name: EBB_WEBHOOK_ALLOW, value: {{ . | quote }} }
{{- end }}
{{ include "ebb.secretVariable" (dict "name" "EBB_WEBHOOK_SECRET" "secret" .existingSecret "key" .secretKey) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "ebb.env.insights" -}}
{{ include "ebb.env.postgres" . }}
{{ include "ebb.env.margin" . }}
{{- $name := include "ebb.name" . }}
{{- with .Values.insights }}
- { name: EBB_FEATURES_URL, value: {{ printf "http://%s-features:8081" $name | quote }} }
{{ include "ebb.secretVariable" (dict "name" "EBB_FEATURES_KEY" "secret" .existingSecret "key" .featuresKeyKey) }}
{{- include "ebb.secretVariable" (dict "name" "EBB_SESSION_SECRET" "secret" .existingSecret "key" .sessionSecretKey) }}
{{- if $.Values.retention.enabled }}
- { name: EBB_RETENTION_URL, value: {{ printf "http://%s-retention:8082" $name | quote }} }
{{ include "ebb.secretVariable" (dict "name" "EBB_RETENTION_KEY" "secret" .existingSecret "key" .retentionKeyKey) }}
{{- end }}
{{- with .collectorUrl }}
- { name: EBB_COLLECTOR_URL, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- end }}
