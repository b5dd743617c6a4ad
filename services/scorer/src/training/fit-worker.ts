// A thread of its own: a fit takes seconds, in which this process has to go on telling that it lives.
import { parentPort, workerData } from 'node:worker_threads'
import { trainModel } from '@ebb/risk/training/train-model'
import { readTrainingRows } from '@ebb/risk/training/training-row'
import type { FitTask } from './fit-in-worker.ts'

const { block, ...task } = workerData as FitTask
parentPort!.postMessage(trainModel({ ...task, rows: readTrainingRows(block) }))
