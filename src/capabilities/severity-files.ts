// How grave it is to read or write where a glob leads: decided by what the glob can match. Pure.
import { pathsMeet } from './glob-meet.ts'
import type { CapabilitySeverity } from './severity.ts'
import { meetsSteering } from './steering.ts'

const globs = (text: string): readonly string[] => text.trim().split(/\s+/)

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
    case '${work}':
    case '${project}':
      if (access === 'read') return meetsAny(below, SECRETS) ? 'medium' : 'low'
      return base === '${project}' && meetsSteering(below) ? 'high' : 'medium'
  }
  // Whatever is written outside of the project may be started or believed by somebody.
  if (access === 'write') return 'high'
  return [HOMES, SYSTEM, SECRETS].some((places) => meetsAny(glob, places)) ? 'high' : 'medium'
}

function meetsAny(glob: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pathsMeet(glob, pattern))
}
