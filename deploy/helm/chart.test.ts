import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '@ebb/testkit/config'
import { runProgram } from '@ebb/testkit/programs'
import Schema from 'typebox/schema'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { chartTools, planChartTools } from './chart-tools.ts'
import { type Manifest, manifestFaults } from './kubernetes-schemas.ts'

const CHART = join(import.meta.dirname, 'ebb')
const ROOT = join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(file, 'utf8')

interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly securityContext: unknown
  readonly livenessProbe?: unknown
  readonly readinessProbe?: unknown
}

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas?: number
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly enableServiceLinks: boolean
        readonly containers: readonly [Container]
      }
    }
  }
}

const config = readConfig()
const tools = await chartTools(config)
const isMissing = 'missing' in tools
if (isMissing && config.required.has('helm')) throw new Error(tools.missing)
if (isMissing) console.warn(`SKIPPED: the Helm chart is not rendered: ${tools.missing}.`)

const render = async (...args: readonly string[]): Promise<Manifest[]> => {
  if ('missing' in tools) throw new Error(tools.missing)
  const options = ['--kube-version', '1.35.0', '--set', 'kafka.brokers=kafka:9092', ...args]
  const rendered = await runProgram(tools.helm, ['template', 'ebb', CHART, ...options])
  return parseAllDocuments(rendered).map((document) => document.toJS() as Manifest)
}

const ALL = ['-f', join(import.meta.dirname, 'all-values.yaml')]

describe('the values', () => {
  const schema = JSON.parse(read(join(CHART, 'values.schema.json')))
  const values = parse(read(join(CHART, 'values.yaml')))

  it('fit their schema as they are shipped', () => {
    expect(Schema.Check(schema, values)).toBe(true)
  })

  it.each([
    ['a misspelled name', { colector: {} }],
    ['no scorer at all', { scorer: { ...values.scorer, replicas: 0 } }],
    ['a training that is none', { scorer: { ...values.scorer, training: 'hourly' } }],
    ['a margin above all revenue', { marginPercent: 101 }],
    ['a broker without a port', { kafka: { ...values.kafka, brokers: 'kafka' } }],
    [
      'a webhook without its secret',
      { retention: { webhook: { url: 'https://a', existingSecret: '' } } },
    ],
  ])('are refused with %s', (_what, others) => {
    expect(Schema.Check(schema, { ...values, ...others })).toBe(false)
  })
})

describe.skipIf(isMissing)('the chart', async () => {
  const modules = 'missing' in tools ? '' : tools.modules
  const shipped = isMissing ? [] : await render()
  const full = isMissing ? [] : await render(...ALL)
  const workloads = [...shipped, ...full].filter((one) => 'template' in (one as Workload).spec)
  const eachWorkload = workloads.map(
    (one) => [one.kind, one.metadata.name, one as Workload] as const,
  )

  it('renders what the schemas of Kubernetes, KEDA and the Prometheus operator allow', async () => {
    for (const one of [...shipped, ...full])
      expect(await manifestFaults(modules, one), `${one.kind} ${one.metadata.name}`).toEqual([])
    expect(new Set(full.map(({ kind }) => kind)).size).toBe(8)
  })

  it('has a fault found that is planted into what it renders', async () => {
    const text = JSON.stringify(shipped.find(({ kind }) => kind === 'StatefulSet'))
    const broken = (from: string, to: string) => JSON.parse(text.replace(from, to)) as Manifest
    const misspelled = broken('"readinessProbe"', '"readynessProbe"')
    expect(await manifestFaults(modules, misspelled)).toContain(
      '/spec/template/spec/containers/0/readynessProbe is no field',
    )
    const mistyped = broken('"periodSeconds":10', '"periodSeconds":"10"')
    expect(await manifestFaults(modules, mistyped)).not.toEqual([])
    expect(await manifestFaults(modules, broken('"serviceName"', '"service"'))).not.toEqual([])
  })

  it.each(eachWorkload)(
    'runs %s %s without rights, watched, and from a file that is there',
    (...args) => {
      const { kind, metadata, spec } = args[2]
      const { enableServiceLinks, containers } = spec.template.spec
      expect(enableServiceLinks).toBe(false)
      for (const { args: command, securityContext, ...container } of containers) {
        expect(command[0]).toBe('node')
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        if (metadata.name === 'ebb-tools') continue
        expect(existsSync(join(ROOT, command[1]!))).toBe(true)
        if (kind === 'Job') continue
        expect(container.livenessProbe).toBeDefined()
        expect(container.readinessProbe).toBeDefined()
        expect(spec.template.metadata.labels).toMatchObject(spec.selector!.matchLabels)
      }
    },
  )

  it('keeps a pod for the command line, which knows engines, keys and services', () => {
    const tools = shipped.find(({ metadata }) => metadata.name === 'ebb-tools') as Workload
    const { args, env } = tools.spec.template.spec.containers[0]
    const told = `${args[2]}; process.kill(process.pid, 'SIGTERM')`
    const { status } = spawnSync(process.execPath, ['-e', told], { timeout: 10_000 })
    expect(status).toBe(0)
    expect(env.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['EBB_KAFKA', 'EBB_REDIS', 'EBB_POSTGRES']),
    )
    const values = Object.fromEntries(env.map(({ name, value }) => [name, value]))
    expect(values).toMatchObject({
      EBB_KEYS: '/etc/ebb/keys/keys.json',
      EBB_COLLECTOR_URL: 'http://ebb-collector:8080',
      EBB_FEATURES_URL: 'http://ebb-features:8081',
      EBB_RETENTION_URL: 'http://ebb-retention:8082',
      EBB_INSIGHTS_URL: 'http://ebb-insights:8083',
    })
  })

  it('says to whoever asks how models are promoted, and what remains of revenue', () => {
    const told = (manifests: readonly Manifest[], name: string) =>
      manifests.flatMap((one) => {
        const { metadata, spec } = one as Workload
        const env = spec.template?.spec.containers[0].env ?? []
        const found = env.find((each) => each.name === name)
        return found ? [`${metadata.name} ${found.value}`] : []
      })
    expect(told(full, 'EBB_TRAINING').sort()).toEqual(['ebb-scorer record', 'ebb-tools record'])
    expect(told(shipped, 'EBB_MARGIN_PERCENT').sort()).toEqual([
      ...['ebb-insights 30', 'ebb-scorer 30', 'ebb-tools 30'],
    ])
    expect(told(full, 'EBB_MARGIN_PERCENT')).toContain('ebb-scorer 42.5')
  })

  it('sets no variable that nobody reads', () => {
    const sources = globSync('{packages,services}/*/src/**/*.ts', { cwd: ROOT })
    const known = sources.flatMap((file) => [...read(join(ROOT, file)).matchAll(/env: '(\w+)'/g)])
    const names = new Set(known.map(([, name]) => name!))
    const set = workloads.flatMap((one) => (one as Workload).spec.template.spec.containers[0].env)
    const unknown = set.filter(({ name }) => !names.has(name) && name !== 'NODE_OPTIONS')
    expect(unknown).toEqual([])
  })

  it('leaves the number of processes to what scales them', () => {
    const scaled = full.filter(
      ({ kind, metadata }) =>
        ['Deployment', 'StatefulSet'].includes(kind) && metadata.name !== 'ebb-tools',
    )
    expect(scaled.map((one) => (one as Workload).spec.replicas)).toEqual(
      scaled.map(() => undefined),
    )
  })

  it('scales by the groups and topics of the generation in force', () => {
    const objects = JSON.stringify(full.filter(({ kind }) => kind === 'ScaledObject'))
    const pairs = [...objects.matchAll(/"consumerGroup":"(.+?)","topic":"(.+?)"/g)]
    expect(pairs.map(([, group, topic]) => `${group} ${topic}`).sort()).toEqual([
      'shop.features.g2 shop.ebb.events.v1',
      'shop.insights-alerts shop.ebb.alerts.v1',
      'shop.insights-features.g2 shop.ebb.features.v1.g2',
      'shop.insights-profiles shop.ebb.events.v1',
      'shop.insights-quality-events shop.ebb.events.v1',
      'shop.retention-alerts shop.ebb.alerts.v1',
      'shop.retention-orders shop.ebb.orders.v1',
      'shop.scorer.g2 shop.ebb.features.v1.g2',
    ])
  })

  it('renders neither retention nor insights where they are not wanted', async () => {
    const names = await render('--set', 'retention.enabled=false,insights.enabled=false')
    expect(names.filter(({ metadata }) => /retention|insights/.test(metadata.name))).toEqual([])
    expect(JSON.stringify(names)).not.toMatch(/EBB_(POSTGRES|RETENTION_URL|INSIGHTS_URL)/)
  })

  it('says that it needs to know the brokers', async () => {
    await expect(render('--set', 'kafka.brokers=')).rejects.toThrow('kafka.brokers is needed')
  })
})

describe('what the chart is checked with', () => {
  const facts = { isCached: false, mayInstall: true, hasNpm: true, hasHelm: true }

  it('is fetched only where that is allowed and can be done', () => {
    expect(planChartTools(facts)).toBe('install')
    expect(planChartTools({ ...facts, isCached: true, mayInstall: false })).toBe('use')
    for (const lacking of ['mayInstall', 'hasNpm', 'hasHelm'] as const)
      expect(planChartTools({ ...facts, [lacking]: false })).toHaveProperty('missing')
  })
})
