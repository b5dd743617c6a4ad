import { join } from 'node:path'
import { COLLECTOR_REFERENCE } from '@ebb/collector/ingest-operations'
import { asyncApiDocument } from '@ebb/contracts/asyncapi'
import { joinedOpenApiDocument } from '@ebb/contracts/openapi'
import { currentSchemas } from '@ebb/contracts/released-schemas'
import { FEATURES_REFERENCE } from '@ebb/features/customer-operations'
import { INSIGHTS_REFERENCE } from '@ebb/insights/api-operations'
import { RETENTION_REFERENCE } from '@ebb/retention/http/reference'
import { configurationPage } from './configuration-page.ts'

/** Folder of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..')

/** Where the schemas that the last release promised are kept. */
export const RELEASED_SCHEMAS = 'packages/contracts/src/released-schemas.json'

/** Every file that is made from declarations: text, or JSON in any layout; by its path in `ROOT`. */
export const references = (): Readonly<Record<string, string | object>> => ({
  'docs/configuration.md': configurationPage(),
  'docs/asyncapi.json': asyncApiDocument(),
  'docs/openapi.json': joinedOpenApiDocument([
    COLLECTOR_REFERENCE,
    FEATURES_REFERENCE,
    RETENTION_REFERENCE,
    INSIGHTS_REFERENCE,
  ]),
  [RELEASED_SCHEMAS]: currentSchemas(),
})
