import { expect, test } from 'vitest'
import { GRAMMAR } from '../../src/capabilities/grammar.ts'
import { covers } from '../../src/capabilities/cover.ts'
import type { Rule } from '../../src/capabilities/rules.ts'
import { severityOf } from '../../src/capabilities/severity.ts'
import { AGENTS } from '../../src/link/agents.ts'

type Level = ReturnType<typeof severityOf>

const command = (value: string): Rule => ({ capability: 'terminal', list: 'allow', value })
const read = (value: string): Rule => ({ capability: 'filesystem', list: 'read', value })
const write = (value: string): Rule => ({ capability: 'filesystem', list: 'write', value })
const host = (value: string): Rule => ({ capability: 'network', list: 'hosts', value })
const variable = (value: string): Rule => ({ capability: 'env', list: 'required', value })
const tool = (value: string): Rule => ({ capability: 'tools', value })

const COMMANDS: Record<Level, readonly string[]> = {
  high: [
    '**',
    'bash **',
    'sh',
    'bash -c **',
    'python3 -c **',
    'python3.11 **',
    'node -e **',
    'python3 *',
    'BASH **',
    'env bash **',
    'env **',
    'busybox **',
    'xargs **',
    'find **',
    'awk **',
    'make **',
    'npx **',
    'ssh **',
    'tar **',
    'tar --to-command *',
    'find . -exec *',
    'git **',
    'git -c **',
    'git push **',
    'git clone **',
    'git push --force origin main',
    'git push origin +main',
    'git -C * push **',
    'git -C * -c **',
    'git config --unset user.name',
    'git fetch --upload-pack=/tmp/x origin',
    'git init --template=/tmp/x',
    'git submodule **',
    'cargo install **',
    'cargo publish **',
    'cargo **',
    'go run **',
    'uv run --with evil python x.py',
    'uv run python -c *',
    'gh api **',
    'gh pr create **',
    'gh alias **',
    'dotnet tool **',
    'git config **',
    'vim **',
    'less **',
    'perl **',
    'ruby **',
    'docker **',
    'sudo ls',
    'nohup **',
    'timeout **',
    'nice **',
    'timeout 5 bash **',
    'parallel **',
    'watch **',
    'strace **',
    'ba* **',
    '/bin/sh **',
    './x/../bash **',
    '/usr/local/bin/python3 **',
    '/tmp/tool **',
    '~/bin/tool',
    '../tool **',
    '/bin/ba* **',
    'python3.* **',
    'env LD_PRELOAD=/tmp/x.so ls',
    'nohup bash **',
    'python3 ../x.py **',
    'python3 /tmp/x.py **',
    'python3 *.py **',
    'python3 -m pdb **',
    'node --require *',
    'deno eval *',
    'npm install **',
    'pip install **',
    'npm run **',
    'cp **',
    'cat **',
    'cmd.exe **',
    'PowerShell.exe **',
    'pwsh **',
    'npm.cmd **',
    'git grep -O*',
    'uv run **',
    'rm *',
    'curl https://example.org',
    'aws **',
    'gdb **',
    'sqlite3 **',
    'claude **',
    'bash scripts/../../x.sh',
  ],
  medium: [
    'git status',
    'git diff **',
    'git commit **',
    'git push origin main',
    'git push -u origin main',
    'git -C * log **',
    'git --no-pager diff **',
    'git config --get user.name',
    'git worktree **',
    'cargo test **',
    'cargo +nightly fmt **',
    'go vet **',
    'npm run build **',
    'npm test **',
    'uv run pytest **',
    'uv run --frozen scripts/a.py **',
    'gh pr view **',
    'gh search **',
    'dotnet build **',
    'shfmt **',
    'pandoc **',
    'ls',
    'python3 scripts/*.py **',
    'python3 scripts/a.py **',
    'bash scripts/a.sh',
    'node scripts/run.js **',
    'npm list **',
    'npm ci',
    'python3 -m json.tool **',
    'timeout 5 shfmt **',
    'scripts/*.sh **',
    'scripts/run **',
    'deno run scripts/a.ts **',
    'python3 -u scripts/a.py **',
    'make docs',
    'zz* **',
    'soffice **',
  ],
  low: [],
}

const READS: Record<Level, readonly string[]> = {
  high: [
    '~/**',
    '/**',
    '**/x',
    '~/.ssh/**',
    '**/.ssh/**',
    '/h*/**',
    '/home/*/.s*/**',
    '/proc/**',
    '/p*/self/environ',
    '/etc/passwd',
    '/etc/**',
    '/sys/**',
    '/dev/*',
    '~/.*',
    '~/.config/**',
    '~/.bash_history',
    '**/.env',
    '~/Library/**',
    '/Users/*/.aws/*',
    '/root/**',
    '/mnt/c/Users/me/**',
    '~/**/id_rsa',
    '/var/run/docker.sock',
    '/ETC/shadow',
  ],
  medium: [
    '${work}/**',
    '~/notes/a.txt',
    '/usr/share/dict/words',
    '${project}/**',
    '${project}/.env',
    '${project}/*',
  ],
  low: ['${project}/docs/*.md', '${skill}/**', '${tmp}/**', '${project}/README.md'],
}

const WRITES: Record<Level, readonly string[]> = {
  high: [
    '${project}/**',
    '${project}/*',
    '${project}/.git/hooks/*',
    '${project}/.g*/**',
    '${project}/.github/workflows/ci.yml',
    '${project}/.claude/**',
    '${project}/AGENTS.md',
    '${project}/CLAUDE.md',
    '${project}/skills.lock',
    '${project}/s*',
    '${project}/package.json',
    '${project}/.envrc',
    '${project}/Makefile',
    '${project}/.vscode/tasks.json',
    '~/x',
    '~/.bashrc',
    '~/.config/autostart/x.desktop',
    '/etc/cron.d/x',
    '**/x',
    '/tmp/x',
    '${skill}/**',
    '${skill}/SKILL.md',
    '${project}/.mcp.json',
    '${project}/node_modules/**',
    '${project}/agents.md',
    '${project}/vite.config.ts',
  ],
  medium: [
    '${work}/**',
    '${work}/*',
    '${project}/out/**',
    '${project}/report.txt',
    '${project}/docs/*.md',
    '${skill}/cache/*.bin',
  ],
  low: ['${tmp}/**', '${tmp}/x'],
}

const HOSTS: Record<Level, readonly string[]> = {
  high: [
    '*',
    '*:443',
    '10.0.0.1',
    '169.254.169.254',
    '2130706433',
    '127.1',
    '0x7f.1',
    '0177.0.0.1',
    '127.0.0.1',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[fd00:ec2::254]',
    'localhost',
    'localhost:2375',
    '127.1:9222',
    'metadata.google.internal',
    'metadata',
    'metadata.azure.com',
    'instance-data',
    'x.internal',
    '*.internal',
    'nas.local',
    '*.com',
    '*.org',
    '*.co.uk',
    '*.github.io',
    '*.amazonaws.com',
    '*.io',
    'xn--80ak6aa92e.com',
    '127.0.0.1.nip.io',
    'webhook.site',
    'abc.oast.fun',
    'kubernetes.default.svc',
    '0xa9fea9fe',
    '2852039166:80',
    '8.8.8.8',
    'intranet',
  ],
  medium: [
    'api.github.com',
    '*.example.org',
    'example.org:443',
    'localhost:3000',
    '2130706433:8080',
    '[::1]:5173',
  ],
  low: [],
}

const VARIABLES: Record<Level, readonly string[]> = {
  high: [
    'AWS_SECRET_ACCESS_KEY',
    'GITHUB_TOKEN',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'NODE_OPTIONS',
    'PYTHONPATH',
    'GIT_SSH_COMMAND',
    'GIT_EXTERNAL_DIFF',
    'BASH_ENV',
    'SSH_AUTH_SOCK',
    'DATABASE_URL',
    'openai_api_key',
    'apiKey',
    'npm_config_registry',
    'JAVA_TOOL_OPTIONS',
    'SLACK_WEBHOOK_URL',
    'PGPASSWORD',
    'githubToken',
    'PIP_INDEX_URL',
  ],
  medium: ['PATH', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'EDITOR', 'HOME'],
  low: ['CI', 'LANG', 'MAX_TOKENS', 'VERCEL_ORG_ID', 'PWD'],
}

const TOOLS: Record<Level, readonly string[]> = {
  high: ['mcp:g*', 'mcp:github/*', 'mcp:shell/run_command', 'agent:bash', 'mcp:files/write_file'],
  medium: ['mcp:github/list_issues'],
  low: [],
}

const KINDS = [
  ['commands', command, COMMANDS, GRAMMAR.command],
  ['reads', read, READS, GRAMMAR.glob],
  ['writes', write, WRITES, GRAMMAR.glob],
  ['hosts', host, HOSTS, GRAMMAR.host],
  ['variables', variable, VARIABLES, GRAMMAR.env],
  ['tools', tool, TOOLS, GRAMMAR.tool],
] as const

for (const [name, rule, table, grammar] of KINDS) {
  test(`judges ${name} by the worst that they can reach`, () => {
    const all = (['high', 'medium', 'low'] as const).flatMap((level) =>
      table[level].map((value) => [value, level]),
    )
    expect(all.map(([value = '']) => [value, severityOf(rule(value))])).toEqual(all)
    for (const [value = ''] of all) expect(value).toMatch(grammar.pattern)
  })

  test(`never judges ${name} less grave than what they cover`, () => {
    const rank = { low: 0, medium: 1, high: 2 }
    const rules = Object.values(table)
      .flat()
      .map((value) => rule(value))
    const wrong = rules.flatMap((outer) =>
      rules
        .filter((inner) => covers(outer, inner) && rank[severityOf(outer)] < rank[severityOf(inner)])
        .map((inner) => `${outer.value} < ${inner.value}`),
    )
    expect(wrong).toEqual([])
  })
}

test('calls writing into the folder of any agent grave', () => {
  for (const { id, project } of AGENTS.values()) {
    expect([id, severityOf(write(`\${project}/${project}/x/SKILL.md`))]).toEqual([id, 'high'])
  }
})

test('says which address a number stands for', async () => {
  const { describeRule } = await import('../../src/capabilities/describe.ts')
  expect(describeRule(host('2130706433:80')).text).toBe('contact 2130706433:80 (the address 127.0.0.1:80)')
  expect(describeRule(host('[::ffff:a9fe:a9fe]')).text).toBe(
    'contact [::ffff:a9fe:a9fe] (the address 169.254.169.254)',
  )
})
