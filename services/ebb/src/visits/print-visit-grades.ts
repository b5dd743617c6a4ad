// node services/ebb/src/visits/print-visit-grades.ts: what silence in visits is worth as a signal.
// Reads the simulator's shop, and the clickstream where it is at hand; writes the lines of the
// table of docs/risk-models.md to standard output. A test compares them.
import { existsSync } from 'node:fs'
import { RETENTIONEERING } from '../replay/retentioneering.ts'
import { clickstreamTrial, simulatorTrials, trialLines } from './visit-trials.ts'

const trials = Object.entries(simulatorTrials())
if (existsSync(RETENTIONEERING)) trials.push(['clickstream', clickstreamTrial()])
for (const [name, trial] of trials) for (const line of trialLines(name, trial)) console.log(line)
