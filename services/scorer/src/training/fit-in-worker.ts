import { Worker } from 'node:worker_threads'
import type { TrainingResult, TrainingTask } from '@ebb/risk/training/train-model'

/** A training whose rows are one block of memory. */
export interface FitTask extends Omit<TrainingTask, 'rows'> {
  readonly block: Float64Array<ArrayBuffer>
}

/**
 * `trainModel` in a thread of its own, which gets the block: it is empty here afterwards. Rejects
 * with what `signal` was aborted with, and ends the thread.
 */
export const fitInWorker = (task: FitTask, signal: AbortSignal): Promise<TrainingResult> =>
  new Promise((resolve, reject) => {
    // Nobody is told of an end that was before.
    signal.throwIfAborted()
    const worker = new Worker(new URL('./fit-worker.ts', import.meta.url), {
      workerData: task,
      transferList: [task.block.buffer],
    })
    const abort = (): void => {
      reject(signal.reason)
      void worker.terminate()
    }
    signal.addEventListener('abort', abort, { once: true })
    worker
      .once('message', resolve)
      .once('error', reject)
      .once('exit', (code) => {
        signal.removeEventListener('abort', abort)
        reject(new Error(`the thread that fits a model ended with ${code}`))
      })
  })
