// Every operation of the HTTP API as data, from which /openapi.json is made. A test holds it to the routes that exist.
import type * as z from 'zod/mini'
import * as wire from '../../src/registry/protocol.ts'

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** With `{name}` for what stands in its place; `@scope` is part of the value. */
  readonly path: string
  readonly summary: string
  readonly tag: 'catalogue' | 'accounts' | 'other tools' | 'server'
  readonly query?: Readonly<Record<string, string>>
  readonly body?: z.ZodMiniType
  /** A schema answers with JSON, text with that media type; absent means 204 without content. */
  readonly answer?: z.ZodMiniType | string
  /** Answers 201, not 200. */
  readonly makes?: boolean
  /** Works without credentials where scopes are public. */
  readonly open?: boolean
}

const SKILL = '/api/v1/skills/{scope}/{name}'
const VERSION = `${SKILL}/versions/{version}`
const CLAWHUB = '/clawhub/api/v1'
const JSON_TYPE = 'application/json'

const read = (
  path: string,
  summary: string,
  answer: z.ZodMiniType | string,
  query?: Readonly<Record<string, string>>,
): Operation => ({
  method: 'get',
  path,
  summary,
  tag: 'catalogue',
  answer,
  open: true,
  ...(query && { query }),
})
const account = (
  method: Operation['method'],
  path: string,
  summary: string,
  more: Partial<Operation> = {},
): Operation => ({ method, path: `/api/v1${path}`, summary, tag: 'accounts', ...more })
const other = (path: string, summary: string, answer: string, query?: Operation['query']): Operation => ({
  ...read(path, summary, answer, query),
  tag: 'other tools',
})

export const OPERATIONS: readonly Operation[] = [
  read('/api/v1/search', 'Skills that match words and filters, the best first', wire.searchResultSchema, {
    q: 'Words; the last may be the beginning of one',
    scope: 'Only this scope',
    capability: 'Only skills that ask for this kind of capability',
    signed: '`true`: only signed ones',
    certified: '`true`: only certified ones',
    limit: '1 to 100; 20 when absent',
    cursor: '`nextCursor` of the page before',
  }),
  read(SKILL, 'A skill and its versions', wire.skillDocumentSchema),
  read(`${SKILL}/diff`, 'What one version may do that another may not', wire.diffSchema, {
    from: 'A version',
    to: 'A version; the current one when absent',
  }),
  read(`${SKILL}/dependents`, 'Skills whose current version depends on it', wire.dependentsSchema),
  read(`${SKILL}/downloads`, 'Downloads by day', wire.downloadsSchema),
  read(VERSION, 'A version, `latest` for the current one', wire.versionDocumentSchema),
  read(`${VERSION}/readme`, 'The text of SKILL.md as safe HTML', wire.readmeSchema),
  read(`${VERSION}/files/{path}`, 'A file of a version', 'application/octet-stream'),
  {
    method: 'post',
    path: `${VERSION}/yank`,
    summary: 'Let nobody choose the version any more; it stays installable from a lock',
    tag: 'catalogue',
    body: wire.yankRequestSchema,
  },
  { method: 'delete', path: `${VERSION}/yank`, summary: 'Take the yank back', tag: 'catalogue' },
  {
    method: 'post',
    path: `${SKILL}/deprecation`,
    summary: 'Warn whoever uses the skill',
    tag: 'catalogue',
    body: wire.deprecationRequestSchema,
  },
  { method: 'delete', path: `${SKILL}/deprecation`, summary: 'Take the warning back', tag: 'catalogue' },

  account('get', '/whoami', 'The user and the token of the request', { answer: wire.whoamiSchema }),
  account('get', '/tokens', "The user's tokens", { answer: wire.tokenListSchema }),
  account('post', '/tokens', 'A new token, shown this once', {
    body: wire.tokenRequestSchema,
    answer: wire.tokenCreatedSchema,
    makes: true,
  }),
  account('delete', '/tokens/{id}', 'Revoke a token'),
  account('get', '/scopes/{scope}', 'A scope and its members', { answer: wire.scopeDocumentSchema }),
  account('put', '/scopes/{scope}', 'Make a scope, or change who may read it', {
    body: wire.scopeRequestSchema,
    answer: wire.scopeDocumentSchema,
  }),
  account('put', '/scopes/{scope}/members/{user}', 'Make a user a member, in a role', {
    body: wire.memberRequestSchema,
  }),
  account('delete', '/scopes/{scope}/members/{user}', 'Remove a member'),
  account('get', '/scopes/{scope}/publishers', 'Who may publish by the token of a CI', {
    answer: wire.publisherListSchema,
  }),
  account('put', '/scopes/{scope}/publishers', 'Let a CI publish', {
    body: wire.publisherRequestSchema,
    answer: wire.publisherSchema,
    makes: true,
  }),
  account('put', '/scopes/{scope}/publishers/{id}', 'Change what a CI must prove', {
    body: wire.publisherRequestSchema,
    answer: wire.publisherSchema,
  }),
  account('delete', '/scopes/{scope}/publishers/{id}', 'Let a CI publish no longer'),
  account('get', '/oidc/audience', 'The audience that a CI asks its token for', {
    answer: wire.audienceSchema,
    open: true,
  }),
  account('post', '/oidc/exchange', "A publish token for a CI's token", {
    body: wire.exchangeRequestSchema,
    answer: wire.exchangeSchema,
    open: true,
  }),

  ...['', '/{scope}'].flatMap((base) => [
    other(`${base}/.well-known/agent-skills/index.json`, 'Agent Skills index 0.2.0', JSON_TYPE),
    other(
      `${base}/.well-known/agent-skills/{name}/{archive}`,
      'The .tar.gz of a version',
      'application/gzip',
    ),
    other(`${base}/.well-known/skills/index.json`, 'The first form of that index', JSON_TYPE),
    other(`${base}/.well-known/skills/{name}/{path}`, 'A file of a current version', 'text/plain'),
    other(`${base}/marketplace.json`, 'A plugin marketplace for Claude Code', JSON_TYPE),
    other(`${base}/.claude-plugin/marketplace.json`, 'The same, where some clients look for it', JSON_TYPE),
  ]),
  other('/npm/{package}', 'The npm packument of a skill', JSON_TYPE),
  other('/npm/{scope}/{name}/-/{file}', 'The npm package of a version', 'application/octet-stream'),
  other('/.well-known/clawhub.json', 'Where the ClawHub API is', JSON_TYPE),
  other(`${CLAWHUB}/search`, 'ClawHub: search', JSON_TYPE, {
    q: 'Words',
    limit: 'At most 100',
    mode: '`exact`: only that slug',
  }),
  other(`${CLAWHUB}/skills`, 'ClawHub: list', JSON_TYPE, { limit: 'At most 200', cursor: '', sort: '' }),
  other(`${CLAWHUB}/skills/{slug}`, 'ClawHub: a skill', JSON_TYPE),
  other(`${CLAWHUB}/skills/{slug}/versions`, 'ClawHub: its versions', JSON_TYPE, {
    limit: 'At most 200',
    cursor: '',
  }),
  other(`${CLAWHUB}/skills/{slug}/versions/{version}`, 'ClawHub: a version', JSON_TYPE),
  other(`${CLAWHUB}/skills/{slug}/file`, 'ClawHub: a file', 'text/plain', { path: '', version: '', tag: '' }),
  other(`${CLAWHUB}/skills/{slug}/install`, 'ClawHub: how to install', JSON_TYPE),
  other(`${CLAWHUB}/download`, 'ClawHub: the files as a ZIP', 'application/zip', {
    slug: '',
    version: '',
    tag: '',
  }),
  other(`${CLAWHUB}/resolve`, 'ClawHub: the version that local files are', JSON_TYPE, { slug: '', hash: '' }),

  { ...read('/healthz', 'The process answers', JSON_TYPE), tag: 'server' },
  { ...read('/readyz', 'The database and the blobs answer too', JSON_TYPE), tag: 'server' },
  { ...read('/metrics', 'Figures for Prometheus', 'text/plain'), tag: 'server' },
  { ...read('/openapi.json', 'This document', JSON_TYPE), tag: 'server' },
]
