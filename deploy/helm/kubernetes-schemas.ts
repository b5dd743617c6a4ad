import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
}

interface Validator {
  (value: unknown): boolean
  readonly errors?: readonly { readonly instancePath: string; readonly params: unknown }[]
}

const CORE = 'kubernetes-models/_schemas/IoK8sApi'
const KEDA = '@kubernetes-models/keda/_schemas/ComGithubKedacoreKedaV2Apis'
const OPERATOR =
  '@kubernetes-models/prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApis'

/** Which schema of the packages is whose. */
const SCHEMAS: Readonly<Record<string, string>> = {
  'v1 Service': `${CORE}CoreV1Service`,
  'apps/v1 Deployment': `${CORE}AppsV1Deployment`,
  'apps/v1 StatefulSet': `${CORE}AppsV1StatefulSet`,
  'autoscaling/v2 HorizontalPodAutoscaler': `${CORE}AutoscalingV2HorizontalPodAutoscaler`,
  'batch/v1 Job': `${CORE}BatchV1Job`,
  'policy/v1 PodDisruptionBudget': `${CORE}PolicyV1PodDisruptionBudget`,
  'keda.sh/v1alpha1 ScaledObject': `${KEDA}KedaV1alpha1ScaledObject`,
  'monitoring.coreos.com/v1 ServiceMonitor': `${OPERATOR}MonitoringV1ServiceMonitor`,
}

/**
 * What is wrong with a manifest by the schema of its kind; also fields that the schema does not know,
 * which an API server drops in silence. `modules` is a folder `node_modules` with the schemas in it.
 */
export const manifestFaults = async (modules: string, manifest: Manifest): Promise<string[]> => {
  const what = `${manifest.apiVersion} ${manifest.kind}`
  const schema = SCHEMAS[what]
  if (schema === undefined) return [`no schema is known of ${what}`]
  const file = pathToFileURL(join(modules, `${schema}.js`)).href
  const { validate } = (await import(file)) as { validate: Validator }
  const unread = new Set<string>()
  if (!validate(watched(manifest, '', unread)))
    return (validate.errors ?? []).map(
      (fault) => `${fault.instancePath} ${JSON.stringify(fault.params)}`,
    )
  return [...unread].map((path) => `${path} is no field`)
}

/**
 * The schemas are compiled, and pass over what they do not know: a field that a validator never looks
 * at is one of those. Adds the paths of all fields, and takes away those that are looked at.
 */
const watched = (value: unknown, path: string, unread: Set<string>): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, inner]) => {
    const at = `${path}/${name}`
    if (!Array.isArray(value)) unread.add(at)
    return [name, watched(inner, at, unread)] as const
  })
  if (Array.isArray(value)) return fields.map(([, inner]) => inner)
  return new Proxy(Object.fromEntries(fields), {
    get: (target, name) => {
      unread.delete(`${path}/${String(name)}`)
      return target[String(name)]
    },
  })
}
