import { CodedError } from '@ebb/runtime/coded-error'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { INDEX, type PageFile, type PageFiles } from './page-files.ts'

/**
 * The page: its files, and `index.html` for whoever guesses a path and takes HTML. A path that names a
 * file which is not there is nothing, and neither `/api` nor what is below it is of the page.
 */
export const pageRoutes = (app: FastifyInstance, files: PageFiles): void => {
  app.get<{ Params: { '*': string } }>('/*', (request, reply) =>
    sendFile(fileAt(files, request.params['*'], request.headers), request, reply),
  )
}

const fileAt = (
  files: PageFiles,
  path: string,
  { accept = '*/*' }: FastifyRequest['headers'],
): PageFile => {
  const found = files.get(path)
  if (found !== undefined) return found
  if (path !== '' && (NO_PAGE.test(path) || !HTML.test(accept))) throw notFound(path)
  const index = files.get(INDEX)
  if (index === undefined) throw notBuilt()
  return index
}

/** What is for programs, and what names a file. */
const NO_PAGE = /^(api|assets)(\/|$)|\.\w+$/
const HTML = /text\/(html|\*)|\*\/\*/i

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
