{{/* Names: the release's alone where it says ebb already. */}}
{{- define "ebb.name" -}}
{{- if contains "ebb" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-ebb" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* The services that run, by name, with the ports of their HTTP where they have any. */}}
{{- define "ebb.services" -}}
collector: 8080
features: 8081
scorer: null
{{- if .Values.retention.enabled }}
retention: 8082
{{- end }}
{{- if .Values.insights.enabled }}
insights: 8083
{{- end }}
{{- end }}

{{/* Takes { root, service }. */}}
{{- define "ebb.selector" -}}
app.kubernetes.io/name: ebb
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{- define "ebb.labels" -}}
{{ include "ebb.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "ebb.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Of topics and groups. */}}
{{- define "ebb.prefix" -}}
{{ if .Values.namespace }}{{ .Values.namespace }}.{{ end }}
{{- end }}
