// The one table of error codes. docs/errors.md has a heading for each; a test keeps both equal.

interface CodeEntry {
  readonly title: string
  /** HTTP status when the registry server answers with it. */
  readonly status: number
  /** 1 failed, 2 usage, 3 refused on purpose, 4 a check found something, 130 cancelled. */
  readonly exit: 1 | 2 | 3 | 4 | 130
}

export const CODES = {
  usage: { title: 'The command line is not understood', status: 400, exit: 2 },
  cancelled: { title: 'Cancelled by the user', status: 499, exit: 130 },
  internal: { title: 'A defect in this program', status: 500, exit: 1 },

  spec_invalid: { title: 'The source is not understood', status: 400, exit: 2 },
  spec_credentials: { title: 'The source carries a credential', status: 400, exit: 3 },
  source_insecure: { title: 'The source would be fetched without encryption', status: 400, exit: 3 },
  source_not_found: { title: 'The source does not exist', status: 404, exit: 1 },
  source_unauthorized: { title: 'The source refuses access', status: 403, exit: 1 },
  ref_not_found: { title: 'The source has no such branch, tag or commit', status: 404, exit: 1 },
  ref_invalid: { title: 'The branch, tag or commit is not acceptable', status: 400, exit: 3 },
  source_moved: { title: 'What should never change leads elsewhere now', status: 409, exit: 3 },
  redirect_refused: { title: 'The source redirects to a place that was not asked for', status: 502, exit: 3 },
  fetch_failed: { title: 'The source could not be fetched', status: 502, exit: 1 },
  proxy_invalid: { title: 'The address of the proxy is not understood', status: 500, exit: 2 },
  proxy_failed: { title: 'The proxy does not lead to the source', status: 502, exit: 1 },
  certificate_untrusted: { title: 'The certificate of the server is not trusted', status: 502, exit: 1 },
  offline: { title: 'The content is not in the store and the network is off', status: 503, exit: 1 },
  npm_registry_refused: { title: 'The npm registry that is named may not be asked', status: 400, exit: 3 },
  git_missing: { title: 'git is not installed or too old', status: 500, exit: 1 },
  git_lfs_pointer: { title: 'A file is a Git LFS pointer', status: 422, exit: 1 },
  limit_exceeded: { title: 'The content is larger than allowed', status: 413, exit: 3 },
  archive_invalid: { title: 'The archive cannot be read', status: 422, exit: 1 },
  archive_unsafe: { title: 'The archive holds an unsafe entry', status: 422, exit: 3 },
  path_unsafe: { title: 'A file name is not safe on every system', status: 422, exit: 3 },
  link_unsafe: { title: 'A link leaves its source', status: 422, exit: 3 },
  file_type_unsupported: {
    title: 'The source holds something that is not a file, folder or link',
    status: 422,
    exit: 3,
  },

  artifact_invalid: { title: 'The OCI artifact cannot be read', status: 422, exit: 1 },
  realm_refused: { title: 'The registry asks for the credential at a foreign place', status: 502, exit: 3 },
  credentials_invalid: { title: 'A stored credential cannot be used', status: 500, exit: 1 },
  push_refused: { title: 'The registry refuses what was sent', status: 502, exit: 1 },

  index_invalid: { title: 'The index of skills cannot be used', status: 502, exit: 1 },
  registry_missing: { title: 'No registry is known for the scope', status: 400, exit: 2 },
  registry_invalid: { title: 'The answer of the registry is not understood', status: 502, exit: 1 },
  registry_changed: { title: 'The skill would come from another registry', status: 409, exit: 3 },
  version_not_found: { title: 'There is no such version', status: 404, exit: 1 },
  source_denied: { title: 'The project does not allow the source', status: 403, exit: 3 },
  version_too_new: {
    title: 'Every matching version is younger than the project allows',
    status: 409,
    exit: 3,
  },
  dependency_conflict: { title: 'Skills need versions that exclude each other', status: 409, exit: 1 },
  dependency_missing: { title: 'A skill that another one needs cannot be found', status: 404, exit: 1 },
  publish_refused: { title: 'The skill may not be published as it is', status: 422, exit: 3 },

  manifest_invalid: { title: 'A manifest is not valid', status: 422, exit: 1 },
  skill_not_found: { title: 'There is no such skill', status: 404, exit: 1 },
  skill_ambiguous: { title: 'More than one skill matches', status: 409, exit: 2 },
  skill_exists: { title: 'Another skill has that name', status: 409, exit: 1 },
  name_invalid: { title: 'The name of a skill is not valid', status: 422, exit: 3 },
  agent_unknown: { title: 'There is no such agent', status: 400, exit: 2 },

  integrity_mismatch: { title: 'The content does not match its digest', status: 422, exit: 3 },
  store_corrupt: { title: 'The store holds damaged content', status: 500, exit: 3 },
  consent_required: { title: 'Capabilities need consent', status: 403, exit: 3 },
  consent_denied: { title: 'The capabilities were not granted', status: 403, exit: 3 },
  grant_invalid: { title: 'The grant is not valid', status: 400, exit: 2 },
  grant_exceeds: { title: 'skills.lock grants more than the skill asks for', status: 409, exit: 3 },
  grant_stale: { title: 'skills.lock answers another request than the skill makes', status: 409, exit: 3 },

  project_missing: { title: 'There is no project here', status: 404, exit: 1 },
  project_invalid: { title: 'skills.json is not valid', status: 422, exit: 1 },
  policy_unsupported: {
    title: 'A policy is asked for that this version does not enforce',
    status: 422,
    exit: 3,
  },
  lock_missing: { title: 'There is no skills.lock', status: 404, exit: 1 },
  lock_stale: { title: 'skills.lock does not match skills.json', status: 409, exit: 3 },
  lock_invalid: { title: 'skills.lock is not valid', status: 422, exit: 3 },
  lock_untrue: { title: 'skills.lock says of a skill what its content does not', status: 409, exit: 3 },
  lock_signer: { title: 'skills.lock names a signer that nothing verified', status: 409, exit: 3 },
  lock_version: { title: 'skills.lock has an unknown version', status: 422, exit: 3 },
  lock_conflict: { title: 'skills.lock has merge conflict markers', status: 409, exit: 3 },
  lock_duplicate: { title: 'skills.lock names something twice', status: 422, exit: 3 },
  lock_integrity: { title: 'An entry of skills.lock has no valid integrity', status: 422, exit: 3 },
  lock_name: { title: 'skills.lock holds an unsafe name', status: 422, exit: 3 },
  lock_foreign: { title: 'The lockfile belongs to another tool', status: 422, exit: 3 },
  removal_unconfirmed: { title: 'Every skill would be removed', status: 409, exit: 3 },
  lock_busy: { title: 'Another process holds the project', status: 409, exit: 1 },
  import_invalid: { title: 'The lockfile to import is not understood', status: 422, exit: 1 },

  local_edits: { title: 'An installed skill was edited', status: 409, exit: 3 },
  link_conflict: { title: 'Something else stands where a link belongs', status: 409, exit: 3 },
  permission_denied: { title: 'A file or folder cannot be written', status: 403, exit: 1 },
  fs_failed: { title: 'A file or folder cannot be used', status: 500, exit: 1 },
  disk_full: { title: 'The disk is full', status: 507, exit: 1 },
  home_missing: { title: 'There is no home directory', status: 500, exit: 1 },

  unauthorized: { title: 'The registry wants to know who asks', status: 401, exit: 3 },
  forbidden: { title: 'The registry does not allow that', status: 403, exit: 3 },
  not_found: { title: 'The registry has no such thing', status: 404, exit: 1 },
  request_invalid: { title: 'The request is not understood', status: 400, exit: 1 },
  audience_refused: { title: 'The registry wants a token for somebody else', status: 403, exit: 3 },
  rate_limited: { title: 'Too many requests', status: 429, exit: 1 },
  conflict: { title: 'The registry has something else there', status: 409, exit: 1 },
  upstream_failed: { title: 'The upstream registry does not answer', status: 502, exit: 1 },
  unavailable: { title: 'The registry cannot answer now', status: 503, exit: 1 },
  database_invalid: { title: 'The database cannot be used', status: 500, exit: 1 },
  database_failed: { title: 'The database does not answer', status: 503, exit: 1 },
  backup_invalid: { title: 'The backup cannot be used', status: 422, exit: 1 },
  registry_damaged: { title: 'The registry holds damaged content', status: 500, exit: 4 },
  version_exists: { title: 'The version exists with other content', status: 409, exit: 3 },
  capability_widened: { title: 'A patch release may not ask for more', status: 422, exit: 3 },
  secret_found: { title: 'A file holds a secret', status: 422, exit: 3 },
  driver_missing: { title: 'The SQLite driver cannot be loaded', status: 500, exit: 1 },
  ledger_invalid: { title: 'The ledger cannot be used', status: 500, exit: 1 },
} as const satisfies Record<string, CodeEntry>

export type Code = keyof typeof CODES
