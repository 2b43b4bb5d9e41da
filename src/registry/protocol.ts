// The wire protocol of the registry, /api/v1: shapes that client and server share. Pure; unknown fields are allowed and
// dropped, so that a newer server can say more.
import * as z from 'zod/mini'
import { CAPABILITY_KINDS } from '../capabilities/capabilities.ts'
import { capabilitiesSchema } from '../capabilities/schema.ts'
import { SCOPE, SCOPED_NAME, VERSION } from './names.ts'

export const API_BASE = '/api/v1'
/** Under `/v2` a token is the password of Basic authentication; this is the user's name for whoever knows only the token. */
export const TOKEN_USER = 'token'

const text = z.string()
const count = z.int().check(z.nonnegative())
const flag = z.boolean()
/** A moment: ISO 8601 in UTC. */
const moment = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/))
const sha256 = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/))
/** One line that people read; what it is about stands in the field's name. */
const line = z.string().check(z.minLength(1), z.maxLength(500), z.regex(/^(?=.*\S)[^\u0000-\u001f\u007f]*$/u))

export const scopeSchema = z.string().check(z.regex(SCOPE, { error: 'expected a scope such as `@acme`' }))
export const scopedNameSchema = z
  .string()
  .check(z.regex(SCOPED_NAME, { error: 'expected a name such as `@acme/pdf`' }))
export const versionSchema = z
  .string()
  .check(z.regex(VERSION, { error: 'expected a semantic version such as `1.2.0`' }))
export const capabilityKindSchema = z.enum(CAPABILITY_KINDS)
export const roleSchema = z.enum(['owner', 'maintainer', 'reader'])
/** What a token may do. */
export const permissionSchema = z.string().check(
  z.regex(/^(?:read|admin|(?:publish|yank):@[a-z0-9]+(?:-[a-z0-9]+)*\/(?:\*|[a-z0-9]+(?:-[a-z0-9]+)*))$/, {
    error: 'expected `read`, `admin`, `publish:@scope/*` or `yank:@scope/*`',
  }),
)

/** RFC 9457 `application/problem+json`; `type` is `urn:skills:error:<code>`. */
export const problemSchema = z.object({
  type: text,
  title: text,
  status: z.int(),
  detail: z.optional(text),
  instance: z.optional(text),
  code: text,
  hint: z.optional(text),
  errors: z.optional(z.array(z.object({ field: text, message: text }))),
})

// Catalogue

const summaryFields = {
  name: scopedNameSchema,
  description: text,
  /** The newest version that is neither yanked nor, where there is another, a prerelease. */
  version: versionSchema,
  downloads: count,
  updatedAt: moment,
  capabilities: z.array(capabilityKindSchema),
  signed: flag,
  certified: flag,
  deprecated: z.optional(text),
}

/** One hit of a search; `score` is greater for a better hit. */
export const skillSummarySchema = z.object({ ...summaryFields, score: z.number() })

/** `GET /search?q=&scope=&capability=&signed=&certified=&limit=&cursor=`. */
export const searchResultSchema = z.object({
  /** Hits in all; a very common word is not counted to its end, then this is a lower bound. */
  total: count,
  results: z.array(skillSummarySchema),
  nextCursor: z.optional(text),
})

const versionFields = {
  version: versionSchema,
  /** Digest of the OCI manifest. */
  digest: sha256,
  /** Tree digest `h1:…` of the skill's files. */
  integrity: z.string().check(z.regex(/^h1:[A-Za-z0-9+/]{43}=$/)),
  publishedAt: moment,
  publisher: text,
  /** The reason, when the version is yanked. */
  yanked: z.optional(text),
  deprecated: z.optional(text),
  /** Bytes of all files. */
  size: count,
  /** `unsigned`, or the signer's identity. */
  signer: text,
  dependencies: z.record(text, text),
}

export const versionSummarySchema = z.object(versionFields)

/** `GET /skills/@scope/name`. */
export const skillDocumentSchema = z.object({
  ...summaryFields,
  score: z.optional(z.number()),
  /** Floating tags such as `latest`. */
  tags: z.record(text, text),
  /** Newest first. */
  versions: z.array(versionSummarySchema),
  owners: z.array(text),
  dependents: count,
  /** Versions that an operator took out; their numbers are never used again. */
  removed: z.optional(z.array(z.object({ version: text, reason: text, removedAt: moment }))),
})

/** `GET /skills/@scope/name/versions/V`. */
export const versionDocumentSchema = z.object({
  ...versionFields,
  name: scopedNameSchema,
  description: text,
  license: z.optional(text),
  capabilities: capabilitiesSchema,
  optionalCapabilities: z.optional(capabilitiesSchema),
  /** Sorted by path. */
  files: z.array(z.object({ path: text, size: count, sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) })),
  /** Where the artifact is pulled from: `/v2/<repository>/manifests/<tag>` on the same host. */
  repository: text,
  tag: text,
})

/** `GET …/versions/V/readme`: sanitised HTML of the text of SKILL.md. */
export const readmeSchema = z.object({ html: text })

export const capabilityChangeSchema = z.object({
  change: z.enum(['added', 'widened', 'narrowed', 'removed']),
  capability: text,
  before: z.optional(text),
  after: z.optional(text),
})

/** `GET /skills/@scope/name/diff?from=&to=`. */
export const diffSchema = z.object({
  name: scopedNameSchema,
  from: versionSchema,
  to: versionSchema,
  /** True when `to` may do something that `from` may not. */
  widens: flag,
  changes: z.array(capabilityChangeSchema),
})

/** `GET /skills/@scope/name/dependents`: whose newest version depends on it. */
export const dependentsSchema = z.object({
  total: count,
  dependents: z.array(z.object({ name: scopedNameSchema, version: versionSchema, range: text })),
})

/** `GET /skills/@scope/name/downloads`: the last 90 days, oldest first; days without a download are left out. */
export const downloadsSchema = z.object({
  total: count,
  days: z.array(z.object({ day: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/)), count })),
})

/** `POST …/versions/V/yank`. */
export const yankRequestSchema = z.object({ reason: line })
/** `POST /skills/@scope/name/deprecation`. */
export const deprecationRequestSchema = z.object({ message: line })

// Accounts

/** `GET /whoami`. */
export const whoamiSchema = z.object({
  user: text,
  scopes: z.array(z.object({ scope: scopeSchema, role: roleSchema })),
  token: z.object({
    name: text,
    permissions: z.array(text),
    expiresAt: z.optional(moment),
  }),
})

/** `POST /tokens`. */
export const tokenRequestSchema = z.object({
  name: line,
  permissions: z.array(permissionSchema).check(z.minLength(1), z.maxLength(100)),
  expiresInDays: z.optional(z.int().check(z.positive(), z.maximum(3650))),
})
/** The answer to it; the token itself is shown this once. */
export const tokenCreatedSchema = z.object({ token: text, id: text })

/** `GET /tokens`. */
export const tokenListSchema = z.object({
  tokens: z.array(
    z.object({
      id: text,
      name: text,
      permissions: z.array(text),
      createdAt: moment,
      expiresAt: z.optional(moment),
      lastUsedAt: z.optional(moment),
    }),
  ),
})

/** `GET|PUT /scopes/@s`. */
export const scopeDocumentSchema = z.object({
  scope: scopeSchema,
  createdAt: moment,
  /** Without it only members read the scope. */
  public: flag,
  members: z.array(z.object({ user: text, role: roleSchema })),
})
export const scopeRequestSchema = z.object({ public: z.optional(flag) })
/** `PUT /scopes/@s/members/USER`. */
export const memberRequestSchema = z.object({ role: roleSchema })

/** Trusted publishing: every claim must be in the CI's token with exactly this value. */
export const publisherRequestSchema = z.object({
  issuer: z.url().check(z.maxLength(500)),
  claims: z.record(z.string().check(z.minLength(1), z.maxLength(100)), z.string().check(z.maxLength(500))),
  /** The one skill that it may publish; absent means every skill of the scope. */
  skill: z.optional(scopedNameSchema),
})
/** `GET|PUT /scopes/@s/publishers[/ID]`. */
export const publisherSchema = z.object({
  ...publisherRequestSchema.shape,
  id: text,
  createdAt: moment,
})
export const publisherListSchema = z.object({ publishers: z.array(publisherSchema) })

/** `GET /oidc/audience`. */
export const audienceSchema = z.object({ audience: text })
/** `POST /oidc/exchange`. */
export const exchangeRequestSchema = z.object({ token: z.string().check(z.minLength(1)) })
export const exchangeSchema = z.object({ token: text, expiresAt: moment })

export type CapabilityKind = z.infer<typeof capabilityKindSchema>
export type Role = z.infer<typeof roleSchema>
export type Problem = z.infer<typeof problemSchema>
export type SkillSummary = z.infer<typeof skillSummarySchema>
export type SearchResult = z.infer<typeof searchResultSchema>
export type VersionSummary = z.infer<typeof versionSummarySchema>
export type SkillDocument = z.infer<typeof skillDocumentSchema>
export type VersionDocument = z.infer<typeof versionDocumentSchema>
export type Readme = z.infer<typeof readmeSchema>
export type CapabilityDiff = z.infer<typeof diffSchema>
export type Dependents = z.infer<typeof dependentsSchema>
export type Downloads = z.infer<typeof downloadsSchema>
export type Whoami = z.infer<typeof whoamiSchema>
export type TokenRequest = z.infer<typeof tokenRequestSchema>
export type TokenCreated = z.infer<typeof tokenCreatedSchema>
export type TokenList = z.infer<typeof tokenListSchema>
export type ScopeDocument = z.infer<typeof scopeDocumentSchema>
export type PublisherRequest = z.infer<typeof publisherRequestSchema>
export type Publisher = z.infer<typeof publisherSchema>
