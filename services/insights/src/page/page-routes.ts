import { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { INDEX, type PageFile, type PageFiles } from './page-files.ts'

/**
 * The page: its files, and `index.html` for every path that is no file, since the page has paths of
 * its own. Nothing below `/api` is of the page.
 */
export const pageRoutes = (app: FastifyInstance, files: PageFiles): void => {
  app.get<{ Params: { '*': string } }>('/*', (request, reply) =>
    sendFile(fileAt(files, request.params['*']), request, reply),
  )
}

const fileAt = (files: PageFiles, path: string): PageFile => {
  const found = files.get(path)
  if (found !== undefined) return found
  if (path === 'api' || path.startsWith('api/') || path.startsWith('assets/')) throw notFound(path)
  const index = files.get(INDEX)
  if (index === undefined) throw notBuilt()
  return index
}

const sendFile = (
  { type, body, gzipped, etag, cacheControl }: PageFile,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  reply.header('cache-control', cacheControl).header('etag', etag).header('vary', 'accept-encoding')
  if (headers['if-none-match']?.includes(etag)) return reply.code(304).send()
  const takesGzip = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))
  if (gzipped === undefined || !takesGzip) return reply.type(type).send(body)
  return reply.type(type).header('content-encoding', 'gzip').send(gzipped)
}

const notFound = (path: string): CodedError =>
  new CodedError(
    'EBB_HTTP_NOT_FOUND',
    { what: 'There is nothing at this path', where: `/${path}`, fix: 'Check the path' },
    { status: 404 },
  )

const notBuilt = (): CodedError =>
  new CodedError(
    'EBB_PAGE_UNBUILT',
    {
      what: 'The page of the dashboard has not been built; its API answers below /api',
      fix: 'Run `npm run build` in the folder services/dashboard, and start again',
    },
    { status: 503 },
  )
