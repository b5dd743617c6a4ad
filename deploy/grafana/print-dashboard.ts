// Writes dashboard.json anew: node deploy/grafana/print-dashboard.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboardJson } from './dashboard.ts'

writeFileSync(join(import.meta.dirname, 'dashboard.json'), dashboardJson())
