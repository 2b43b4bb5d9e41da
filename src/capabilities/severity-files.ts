// How grave it is to read or write where a glob leads: decided by what the glob can match. Pure.
import { pathsMeet } from './glob-meet.ts'
import type { CapabilitySeverity } from './severity.ts'

const globs = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Written by somebody else, they change what git, tools, agents and this program do next in the project. In a folder
 * of the project the same names steer that folder alone. Hidden files and folders are settings: of git, its hooks, CI,
 * editors, shells and agents.
 */
const STEERING_PROJECT = globs(`
  .* .*/** skills.json skills.lock skills/** data/skills/** agent/** agents/** hooks/** node_modules/**
  AGENTS*.md CLAUDE*.md GEMINI*.md SKILL.md SOUL.md MEMORY.md TOOLS.md CONVENTIONS.md promptscript.yaml mcp.json
  package.json package-lock.json pnpm-*.yaml yarn.lock composer.json *.config.js *.config.ts *.config.mjs *.config.cjs
  setup.py setup.cfg pyproject.toml requirements*.txt conftest.py sitecustomize.py noxfile.py tox.ini
  Gemfile Rakefile *.gemspec build.rs Cargo.toml go.mod Makefile GNUmakefile *.mk CMakeLists.txt justfile Taskfile.y*ml
  build.gradle* pom.xml gradlew* *.csproj *.sln flake.nix Jenkinsfile Dockerfile* Containerfile* docker-compose*
  compose*.y*ml Vagrantfile Procfile *.tf azure-pipelines* appveyor.yml bitbucket-pipelines.yml *.code-workspace`)

/** They hold secrets, in whatever folder they lie. */
const SECRETS = globs(`
  .env .env.local .env.production .env.development .env.test .env.staging .env.*.local .envrc .netrc .npmrc .pypirc
  .git-credentials .htpasswd .pgpass id_rsa id_dsa id_ecdsa id_ed25519 *.pem *.key *.p12 *.pfx *.jks *.keystore *.kdbx
  *.ovpn credentials credentials.json credentials.y*ml secrets secrets.json secrets.y*ml *.tfstate *.tfvars kubeconfig
  service-account*.json .git/config .git/credentials .aws/** .ssh/** .gnupg/** .docker/** .kube/**`).map(
  (name) => `**/${name}`,
)

/** Keys, histories, mail and browsers of somebody's home: every hidden file, and the systems' own folders. */
const PRIVATE_HOME = globs('. .* .*/** Library/** AppData/** snap/**')
const HOMES = globs('~ /home/* /root /Users/* /var/root /usr/home/* /mnt/*/Users/*').flatMap((home) =>
  PRIVATE_HOME.map((place) => (place === '.' ? home : `${home}/${place}`)),
)

/** Secrets of the system, and the memory and settings of other programs. */
const SYSTEM = globs(`
  /etc/** /proc/** /sys/** /dev/** /run/** /boot/** /root/** /var/run/** /var/lib/** /var/log/** /var/mail/**
  /var/spool/** /var/backups/** /var/secrets/** /private/** /Library/** /System/** /mnt/** /media/** /Volumes/**
  /srv/** /data/** /sdcard/** /secrets/**`)

/** Instructions and scripts: what was read and granted when the skill was installed. */
const OWN_CODE = globs(
  '**/*.md **/*.toml **/*.py **/*.sh **/*.js **/*.mjs **/*.cjs **/*.ts scripts/** bin/** hooks/**',
)

export function pathSeverity(glob: string, access: 'read' | 'write'): CapabilitySeverity {
  const [, base = '', below = ''] = /^(\$\{\w+\})?\/?(.*)$/.exec(glob) ?? []
  switch (base) {
    case '${tmp}':
      return 'low'
    case '${skill}':
      if (access === 'read') return 'low'
      return meetsAny(below, OWN_CODE) ? 'high' : 'medium'
    case '${project}':
      if (access === 'read') return meetsAny(below, SECRETS) ? 'medium' : 'low'
      return meetsAny(below, STEERING_PROJECT) ? 'high' : 'medium'
  }
  // Whatever is written outside of the project may be started or believed by somebody.
  if (access === 'write') return 'high'
  return [HOMES, SYSTEM, SECRETS].some((places) => meetsAny(glob, places)) ? 'high' : 'medium'
}

function meetsAny(glob: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pathsMeet(glob, pattern))
}
