// Writes every file that is made from declarations: `npm run references`. Refuses schemas of topics
// that break what was promised, and writes nothing then.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brokenPromises, currentSchemas } from '@ebb/contracts/released-schemas'
import { RELEASED_SCHEMAS, ROOT, references } from './references.ts'

const released = JSON.parse(await readFile(join(ROOT, RELEASED_SCHEMAS), 'utf8'))
const broken = brokenPromises(released, currentSchemas())
if (broken.length > 0) {
  const fix = 'Take these changes back, or write to a new topic (…v2) and keep the old one.'
  process.stderr.write(['Readers of these topics would break:', ...broken, fix, ''].join('\n'))
  process.exitCode = 1
} else {
  for (const [file, made] of Object.entries(references())) {
    const text = typeof made === 'string' ? made : `${JSON.stringify(made, null, 2)}\n`
    await writeFile(join(ROOT, file), text)
    process.stdout.write(`${file}\n`)
  }
}
