{{/* What every pod of ours is run with. */}}
{{- define "ebb.podSettings" -}}
{{- /* A Service called ebb-collector would set EBB_COLLECTOR_PORT to tcp://… */ -}}
enableServiceLinks: false
automountServiceAccountToken: false
{{ with .Values.serviceAccountName -}}
serviceAccountName: {{ . }}
{{ end -}}
{{ with .Values.imagePullSecrets -}}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{ end -}}
{{ with .Values.nodeSelector -}}
nodeSelector: {{ toYaml . | nindent 2 }}
{{ end -}}
{{ with .Values.tolerations -}}
tolerations: {{ toYaml . | nindent 2 }}
{{ end -}}
{{ with .Values.affinity -}}
affinity: {{ toYaml . | nindent 2 }}
{{ end -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "ebb.containerSettings" -}}
image: {{ include "ebb.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* Takes { root, service, port }: the template of a service's pods. */}}
{{- define "ebb.pod" -}}
metadata:
  labels: {{ include "ebb.labels" . | nindent 4 }}
  {{- with .root.Values.podAnnotations }}
  annotations: {{ toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "ebb.podSettings" .root | nindent 2 }}
  terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: { matchLabels: {{ include "ebb.selector" . | fromYaml | toJson }} }
  containers:
    - name: {{ .service }}
      {{- include "ebb.containerSettings" .root | nindent 6 }}
      args: [node, services/{{ .service }}/src/main.ts]
      env:
        {{- include "ebb.env.common" .root | trim | nindent 8 }}
        {{- if .port }}
        {{- include "ebb.env.http" . | trim | nindent 8 }}
        {{- end }}
        {{- include (printf "ebb.env.%s" .service) .root | trim | nindent 8 }}
        {{- with .root.Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - { name: metrics, containerPort: 9464 }
        {{- if .port }}
        - { name: http, containerPort: {{ .port }} }
        {{- end }}
      # Lives also while an engine is away: that a restart does not mend.
      livenessProbe:
        httpGet: { path: /livez, port: metrics }
        initialDelaySeconds: 10
        periodSeconds: 10
        failureThreshold: 6
        timeoutSeconds: 5
      readinessProbe:
        httpGet: { path: /readyz, port: {{ ternary "http" "metrics" (not (empty .port)) }} }
        periodSeconds: 5
        timeoutSeconds: 5
      {{- if .port }}
      # Until nobody is sent here any more.
      lifecycle:
        preStop: { exec: { command: [node, -e, 'setTimeout(() => {}, 5000)'] } }
      {{- end }}
      resources: {{ toYaml (index .root.Values .service).resources | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if .port }}
        - { name: keys, mountPath: /etc/ebb/keys, readOnly: true }
        {{- end }}
        {{- if eq .service "collector" }}
        - { name: spool, mountPath: /var/lib/ebb-spool }
        {{- end }}
        {{- include "ebb.tlsMounts" . | nindent 8 }}
  volumes:
    - { name: tmp, emptyDir: {} }
    {{- if .port }}
    - { name: keys, secret: { secretName: {{ .root.Values.keys.existingSecret | quote }}, defaultMode: 288 } }
    {{- end }}
    {{- include "ebb.tlsVolumes" . | nindent 4 }}
{{- end }}

{{- define "ebb.tlsMounts" -}}
{{- if and .root.Values.kafka.tls.enabled .root.Values.kafka.tls.existingSecret }}
- { name: kafka-tls, mountPath: /etc/ebb/kafka, readOnly: true }
{{- end }}
{{- if .root.Values.redis.tls.existingSecret }}
- { name: redis-tls, mountPath: /etc/ebb/redis, readOnly: true }
{{- end }}
{{- end }}

{{- define "ebb.tlsVolumes" -}}
{{- if and .root.Values.kafka.tls.enabled .root.Values.kafka.tls.existingSecret }}
- { name: kafka-tls, secret: { secretName: {{ .root.Values.kafka.tls.existingSecret | quote }}, defaultMode: 288 } }
{{- end }}
{{- if .root.Values.redis.tls.existingSecret }}
- { name: redis-tls, secret: { secretName: {{ .root.Values.redis.tls.existingSecret | quote }}, defaultMode: 288 } }
{{- end }}
{{- end }}
