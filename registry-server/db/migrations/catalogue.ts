// The tables of the catalogue: what is known of skills without unpacking an artifact, and the index that search uses.
import type { Migration } from '../database.ts'
import { schemaSql } from '../database.ts'

const TABLES = [
  // What lists and search show; `version` is the one that a plain name means. `search_rank` orders by popularity.
  `CREATE TABLE skills (
    id {id}, name {key} NOT NULL UNIQUE, skill {key} NOT NULL, scope_id BIGINT NOT NULL REFERENCES scopes(id),
    description TEXT NOT NULL, version {key} NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    downloads BIGINT NOT NULL DEFAULT 0, capabilities TEXT NOT NULL, signed INTEGER NOT NULL DEFAULT 0,
    certified INTEGER NOT NULL DEFAULT 0, deprecated TEXT, search_rank BIGINT UNIQUE,
    title TEXT NOT NULL DEFAULT '', topics TEXT NOT NULL DEFAULT '', words TEXT NOT NULL DEFAULT '',
    facets TEXT NOT NULL DEFAULT '')`,
  `CREATE INDEX skills_scope ON skills (scope_id)`,
  `CREATE INDEX skills_skill ON skills (skill)`,
  `CREATE INDEX skills_downloads ON skills (downloads, id)`,
  `CREATE INDEX skills_updated ON skills (updated_at)`,
  `CREATE TABLE versions (
    id {id}, skill_id BIGINT NOT NULL REFERENCES skills(id) ON DELETE CASCADE,
    version {key} NOT NULL, digest {key} NOT NULL, integrity TEXT NOT NULL, published_at TEXT NOT NULL,
    publisher TEXT NOT NULL, yanked TEXT, size BIGINT NOT NULL, signer TEXT NOT NULL, certified INTEGER NOT NULL DEFAULT 0,
    description TEXT NOT NULL, license TEXT, topics TEXT NOT NULL, source TEXT, revision TEXT,
    dependencies TEXT NOT NULL, capabilities TEXT NOT NULL, optional_capabilities TEXT, readme TEXT NOT NULL,
    layer {key} NOT NULL, archive_digest TEXT NOT NULL, archive_size BIGINT NOT NULL, package_integrity TEXT NOT NULL,
    fingerprint TEXT NOT NULL, UNIQUE (skill_id, version))`,
  `CREATE INDEX versions_digest ON versions (digest)`,
  `CREATE TABLE files (
    version_id BIGINT NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
    path {key} NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (version_id, path))`,
  `CREATE TABLE dependencies (
    version_id BIGINT NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
    name {key} NOT NULL, range TEXT NOT NULL, PRIMARY KEY (version_id, name))`,
  `CREATE INDEX dependencies_name ON dependencies (name)`,
  `CREATE TABLE downloads (
    skill_id BIGINT NOT NULL REFERENCES skills(id) ON DELETE CASCADE,
    day {key} NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (skill_id, day))`,
]

const INDEX: Readonly<Record<'sqlite' | 'postgres', readonly string[]>> = {
  // Only the index, not the texts. Its rowid is `search_rank`, so that it is walked from the most to the least popular.
  sqlite: [
    `CREATE VIRTUAL TABLE skills_search USING fts5(
      title, topics, description, facets, content='', contentless_delete=1, detail=column, prefix='1 2 3',
      tokenize='unicode61')`,
  ],
  postgres: [
    `ALTER TABLE skills ADD COLUMN search tsvector`,
    `CREATE INDEX skills_search ON skills USING gin (search)`,
  ],
}

export const CATALOGUE: Migration = {
  name: '0002-catalogue',
  sql: (kind) => [...TABLES.map((table) => schemaSql(kind, table)), ...INDEX[kind]],
}
