import type { CliContext } from '../cli-context.ts'
import type { ResumableWork } from '../resumable-work.ts'
import type { ProgressBar } from './progress-bar.ts'

/**
 * Does work under a bar of progress. Resolves to `undefined` where the person interrupted it, and
 * has then told them how it goes on, and set the exit code.
 */
export const runResumable = async <Progress, Result>(
  { interrupted, notices, tell, exitCode }: CliContext,
  bar: ProgressBar<Progress>,
  work: (watched: ResumableWork<Progress>) => Promise<Result | undefined>,
): Promise<Result | undefined> => {
  const watched = { interrupted, onProgress: bar.update, onRetry: notices.sayFault }
  const result = await work(watched).finally(bar.stop)
  if (result === undefined) {
    tell('Interrupted; the same command goes on where it stopped.')
    exitCode(130)
  }
  return result
}
