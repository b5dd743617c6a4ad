import { readFileSync } from 'node:fs'

/** The policy that Ebb comes with, as YAML with comments: without problems in every currency. */
export const defaultPolicyText: string = readFileSync(
  new URL('default-policy.yaml', import.meta.url),
  'utf8',
)
