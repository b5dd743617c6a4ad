import { checkScreens } from './check-screens.ts'

// node e2e/print-screens.ts URL TOKEN FOLDER [PROGRAM]: pictures of every screen, and the findings.
const [url, token, pictures, program = '/usr/bin/chromium'] = process.argv.slice(2)
if (url === undefined || token === undefined || pictures === undefined) {
  throw new Error('Give the address of a dashboard, a token of an admin, and a folder.')
}
const findings = await checkScreens({ url, token, pictures, program })
for (const { screen, what } of findings) console.log(`${screen}: ${what}`)
console.log(`${findings.length} findings`)
process.exitCode = findings.length === 0 ? 0 : 1
