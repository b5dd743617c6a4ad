import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pullImages } from './containers.ts'

const run = promisify(execFile)
const LONGEST_OUTPUT = 64 * 1_024 * 1_024

/** Makes sure that docker compose can be had, with the images of servers. Throws where it cannot. */
export const composeProgram = async (): Promise<void> => {
  await pullImages()
  await run('docker', ['compose', 'version']).catch(({ message }: Error) => {
    throw new Error(`docker compose does not run: ${message.trim()}`)
  })
}

/** A project of docker compose. */
export interface ComposeProject {
  /** Its name; containers are called `<name>-<service>-1`. */
  readonly name: string
  /** Gives a command to docker compose; resolves to standard output, rejects with standard error. */
  compose(...args: readonly string[]): Promise<string>
  /** Gives a command to docker. */
  docker(...args: readonly string[]): Promise<string>
}

/** Which file, under which name. */
export interface ComposeSettings {
  readonly name: string
  readonly file: string
  /** The whole of its environment. */
  readonly env: NodeJS.ProcessEnv
}

/** Does nothing by itself: whoever brings a project up takes it down. A `.env` file is left out. */
export const composeProject = ({ name, file, env }: ComposeSettings): ComposeProject => {
  const options = { env, maxBuffer: LONGEST_OUTPUT }
  const docker = async (...args: readonly string[]): Promise<string> =>
    (await run('docker', args, options)).stdout
  return {
    name,
    docker,
    compose: (...args) =>
      docker('compose', '--env-file', '/dev/null', '-p', name, '-f', file, ...args),
  }
}
