import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig, type TestkitConfig } from './config.ts'
import { findProgram, type Plan, runProgram } from './programs.ts'

/** The version that kafka-pom.xml names. */
export const KAFKA_VERSION = '4.3.0'
const OLDEST_JAVA = 17
const POM = join(import.meta.dirname, 'kafka-pom.xml')

/** What decides whether this machine can run Kafka by itself. */
export interface KafkaFacts {
  readonly hasJars: boolean
  readonly mayInstall: boolean
  /** The major version of the Java that was found. */
  readonly java: number | undefined
  readonly hasMaven: boolean
}

/** Kafka's jars as they are cached, else by Maven, where they may be fetched; on a new enough Java. */
export const planKafka = ({ hasJars, mayInstall, java, hasMaven }: KafkaFacts): Plan => {
  if (java === undefined) return { missing: 'java is not on PATH' }
  if (java < OLDEST_JAVA) return { missing: `java is ${java}; Kafka needs ${OLDEST_JAVA}` }
  if (hasJars) return 'use'
  const none = "Kafka's jars are not cached"
  if (!mayInstall) return { missing: `${none} (EBB_TEST_INSTALL=1 lets Maven fetch them)` }
  return hasMaven ? 'install' : { missing: `${none}, and mvn is not on PATH` }
}

/** What runs Kafka: a Java and the class path of its jars. */
export interface KafkaProgram {
  readonly java: string
  readonly classPath: string
}

/** Where Kafka is; fetches it where the plan says so. Throws where there is none. */
export const kafkaProgram = async (config: TestkitConfig = readConfig()): Promise<KafkaProgram> => {
  const java = findProgram(config, 'java')
  const jars = join(config.cacheFolder, `kafka-${KAFKA_VERSION}`)
  const plan = planKafka({
    hasJars: existsSync(jars),
    mayInstall: config.mayInstall,
    java: java === undefined ? undefined : await majorVersion(java),
    hasMaven: findProgram(config, 'mvn') !== undefined,
  })
  if (typeof plan === 'object') throw new Error(plan.missing)
  if (plan === 'install') await fetchJars(config, jars)
  return { java: java!, classPath: join(jars, '*') }
}

/** "17.0.15" is 17, "1.8.0" is 8. */
const majorVersion = async (java: string): Promise<number> => {
  const [, version = '0'] =
    /version "(?:1\.)?(\d+)/.exec(await runProgram(java, ['-version'])) ?? []
  return Number(version)
}

/** The folder appears whole or not at all, whatever else fetches at the same time. */
const fetchJars = async ({ cacheFolder }: TestkitConfig, jars: string): Promise<void> => {
  mkdirSync(cacheFolder, { recursive: true })
  const folder = mkdtempSync(join(cacheFolder, 'fetching-'))
  try {
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(folder, 'jars')}`]
    await runProgram('mvn', ['-q', '-B', '-f', POM, ...goal], { cwd: folder })
    if (!existsSync(jars)) renameSync(join(folder, 'jars'), jars)
  } catch (error) {
    if (!existsSync(jars)) throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
