// The media types and annotations that this program writes, and those that say what a manifest is. Pure.

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
/** A descriptor that stands for nothing. */
export const EMPTY = 'application/vnd.oci.empty.v1+json'
export const MANIFEST_TYPES: readonly string[] = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST]

/** The Agent Skills OCI draft 0.1.0. */
export const SKILL_ARTIFACT = 'application/vnd.agentskills.skill.v1'
export const SKILL_CONFIG = 'application/vnd.agentskills.skill.config.v1+json'
export const SKILL_CONTENT = 'application/vnd.agentskills.skill.content.v1.tar+gzip'
export const SKILL_COLLECTION = 'application/vnd.agentskills.collection.v1'

/** Annotations. The first is ours: the tree digest (`h1:…`) of the skill's files. */
export const INTEGRITY = 'dev.skillward.integrity'
export const VERSION = 'org.opencontainers.image.version'
export const TITLE = 'org.opencontainers.image.title'
export const SKILL_NAME = 'io.agentskills.skill.name'
export const SKILL_REF = 'io.agentskills.skill.ref'
export const REF_NAME = 'org.opencontainers.image.ref.name'
