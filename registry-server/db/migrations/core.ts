// The tables of the distribution face and of the accounts. Once released a migration never changes; the next one is added.
import type { Migration } from '../database.ts'
import { schemaSql } from '../database.ts'

const TABLES = [
  `CREATE TABLE settings (key {key} PRIMARY KEY, value TEXT NOT NULL)`,
  `CREATE TABLE users (
    id {id}, name {key} NOT NULL UNIQUE, admin INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, disabled_at TEXT)`,
  // A scope is the first part of a repository's name.
  `CREATE TABLE scopes (
    id {id}, name {key} NOT NULL UNIQUE, public INTEGER NOT NULL DEFAULT 1, created_at TEXT NOT NULL)`,
  `CREATE TABLE members (
    scope_id BIGINT NOT NULL REFERENCES scopes(id) ON DELETE CASCADE,
    user_id BIGINT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'maintainer', 'reader')), PRIMARY KEY (scope_id, user_id))`,
  `CREATE INDEX members_user ON members (user_id)`,
  `CREATE TABLE publishers (
    id {id}, scope_id BIGINT NOT NULL REFERENCES scopes(id) ON DELETE CASCADE,
    issuer TEXT NOT NULL, claims TEXT NOT NULL, package {key}, created_by TEXT NOT NULL, created_at TEXT NOT NULL,
    last_used_at TEXT)`,
  `CREATE INDEX publishers_scope ON publishers (scope_id)`,
  // Only the SHA-256 of a token is known here. One of a publisher belongs to no user.
  `CREATE TABLE tokens (
    id {key} PRIMARY KEY, hash {key} NOT NULL UNIQUE,
    user_id BIGINT REFERENCES users(id) ON DELETE CASCADE,
    publisher_id BIGINT REFERENCES publishers(id) ON DELETE CASCADE,
    name TEXT NOT NULL, permissions TEXT NOT NULL, actor TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT,
    last_used_at TEXT, revoked_at TEXT)`,
  `CREATE INDEX tokens_user ON tokens (user_id)`,

  `CREATE TABLE repositories (
    id {id}, name {key} NOT NULL UNIQUE, scope_id BIGINT NOT NULL REFERENCES scopes(id), created_at TEXT NOT NULL)`,
  `CREATE INDEX repositories_scope ON repositories (scope_id)`,
  // Bytes are in the blob store, once for all repositories; a repository shows those that it was given.
  `CREATE TABLE blobs (digest {key} PRIMARY KEY, size BIGINT NOT NULL, created_at TEXT NOT NULL)`,
  `CREATE TABLE repository_blobs (
    repository_id BIGINT NOT NULL REFERENCES repositories(id) ON DELETE CASCADE,
    digest {key} NOT NULL REFERENCES blobs(digest), created_at TEXT NOT NULL, PRIMARY KEY (repository_id, digest))`,
  `CREATE INDEX repository_blobs_digest ON repository_blobs (digest)`,
  `CREATE TABLE manifests (
    repository_id BIGINT NOT NULL REFERENCES repositories(id) ON DELETE CASCADE,
    digest {key} NOT NULL, media_type TEXT NOT NULL, artifact_type TEXT, subject {key},
    size BIGINT NOT NULL, bytes {bytes} NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (repository_id, digest))`,
  // What the referrers of a digest are is this index; the subject need not exist.
  `CREATE INDEX manifests_subject ON manifests (repository_id, subject) WHERE subject IS NOT NULL`,
  `CREATE TABLE manifest_parts (
    repository_id BIGINT NOT NULL, manifest {key} NOT NULL, digest {key} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('blob', 'manifest')), PRIMARY KEY (repository_id, manifest, digest),
    FOREIGN KEY (repository_id, manifest) REFERENCES manifests(repository_id, digest) ON DELETE CASCADE)`,
  `CREATE INDEX manifest_parts_digest ON manifest_parts (repository_id, digest)`,
  `CREATE TABLE tags (
    repository_id BIGINT NOT NULL, name {key} NOT NULL, digest {key} NOT NULL, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, PRIMARY KEY (repository_id, name),
    FOREIGN KEY (repository_id, digest) REFERENCES manifests(repository_id, digest) ON DELETE CASCADE)`,
  `CREATE INDEX tags_digest ON tags (repository_id, digest)`,
  // Uploads under way have no row: the bytes that the blob store has are what they are.
  `CREATE TABLE audit (
    id {id}, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, details TEXT NOT NULL,
    request_id TEXT NOT NULL)`,
  `CREATE INDEX audit_target ON audit (target, id)`,
]

export const CORE: Migration = {
  name: '0001-core',
  sql: (kind) => TABLES.map((table) => schemaSql(kind, table)),
}
