// The account part of a registry's API with types: tokens, scopes with their members, trusted publishers.
import type * as z from 'zod/mini'
import { checkedAnswer } from './answer.ts'
import type { RegistryOptions } from './client.ts'
import {
  API_BASE,
  type Publisher,
  type PublisherRequest,
  publisherListSchema,
  publisherSchema,
  type Role,
  type ScopeDocument,
  scopeDocumentSchema,
  type TokenCreated,
  tokenCreatedSchema,
  type TokenList,
  tokenListSchema,
  type TokenRequest,
} from './protocol.ts'
import { requestJson, type JsonRequest } from './request.ts'

export interface AccountClient {
  tokens(): Promise<TokenList>
  createToken(request: TokenRequest): Promise<TokenCreated>
  /** @throws not_found */
  revokeToken(id: string): Promise<void>
  /** @throws not_found */
  scope(scope: string): Promise<ScopeDocument>
  /** Makes the scope, or changes who may read it. */
  putScope(scope: string, request: { readonly public?: boolean }): Promise<ScopeDocument>
  /** @throws not_found for the scope or the user; conflict for the last owner */
  putMember(scope: string, user: string, role: Role): Promise<void>
  removeMember(scope: string, user: string): Promise<void>
  publishers(scope: string): Promise<readonly Publisher[]>
  addPublisher(scope: string, request: PublisherRequest): Promise<Publisher>
  removePublisher(scope: string, id: string): Promise<void>
}

/** A client of one registry; every method also throws what `requestJson` throws, and registry_invalid. */
export function accountClient(options: RegistryOptions): AccountClient {
  const registry = options.registry.replace(/(?<!\/)\/+$/, '')
  const call = (method: JsonRequest['method'], path: string, body?: unknown): Promise<unknown> =>
    requestJson(
      { method, url: new URL(`${registry}${API_BASE}${path}`), token: options.token, body },
      options,
    )
  const ask = async <T>(
    schema: z.ZodMiniType<T>,
    method: JsonRequest['method'],
    path: string,
    body?: unknown,
  ): Promise<T> => checkedAnswer(await call(method, path, body), schema, `${registry}${API_BASE}${path}`)
  const scopePath = (scope: string): string => `/scopes/${scope}`
  const memberPath = (scope: string, user: string): string =>
    `${scopePath(scope)}/members/${encodeURIComponent(user)}`
  return {
    tokens: () => ask(tokenListSchema, 'GET', '/tokens'),
    createToken: (request) => ask(tokenCreatedSchema, 'POST', '/tokens', request),
    revokeToken: async (id) => void (await call('DELETE', `/tokens/${encodeURIComponent(id)}`)),
    scope: (scope) => ask(scopeDocumentSchema, 'GET', scopePath(scope)),
    putScope: (scope, request) => ask(scopeDocumentSchema, 'PUT', scopePath(scope), request),
    putMember: async (scope, user, role) => void (await call('PUT', memberPath(scope, user), { role })),
    removeMember: async (scope, user) => void (await call('DELETE', memberPath(scope, user))),
    publishers: async (scope) =>
      (await ask(publisherListSchema, 'GET', `${scopePath(scope)}/publishers`)).publishers,
    addPublisher: (scope, request) => ask(publisherSchema, 'PUT', `${scopePath(scope)}/publishers`, request),
    removePublisher: async (scope, id) =>
      void (await call('DELETE', `${scopePath(scope)}/publishers/${encodeURIComponent(id)}`)),
  }
}
