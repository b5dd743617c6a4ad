// Writes docs/two-customers.md anew: node services/ebb/src/reasons/print-two-customers.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { twoCustomersPage } from './two-customers.ts'

const PAGE = join(import.meta.dirname, '../../../../docs/two-customers.md')
writeFileSync(PAGE, twoCustomersPage())
