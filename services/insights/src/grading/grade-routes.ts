import type { Queries } from '@ebb/postgres/transaction'
import type { FastifyInstance } from 'fastify'
import { type GradedShop, readGrades } from './grades-page.ts'

/** What risks were worth. */
export const gradeRoutes = (api: FastifyInstance, postgres: Queries, shop: GradedShop): void => {
  api.get('/api/grades', () => readGrades(postgres, shop))
}
