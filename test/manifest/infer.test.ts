import { describe, expect, test } from 'vitest'
import { checkCapabilities } from '../../src/capabilities/capabilities.ts'
import { inferCapabilities } from '../../src/manifest/infer.ts'
import { readManifest } from '../../src/manifest/manifest.ts'
import { capabilityRequest } from '../../src/manifest/request.ts'
import { processorTime } from '../support/processor-time.ts'
import { skillFiles, skillMd } from '../support/skill-files.ts'

const HEAD = 'name: x\ndescription: d'

/** `capability[.sub] value` a line, with the places that it was seen at. */
function inferred(
  body: string,
  others: Readonly<Record<string, string>> = {},
  head = HEAD,
): Record<string, string> {
  const files = skillFiles({ 'SKILL.md': skillMd(head, body), ...others })
  const { manifest } = readManifest(files, { folder: 'x', mode: 'tolerant' })
  if (!manifest) throw new Error('no manifest')
  expect(checkCapabilities(capabilityRequest(manifest, files).requested)).toEqual([])
  const lines = inferCapabilities(files, manifest.skill).map(({ capability, sub, value, evidence }) => {
    const list = sub === undefined || sub === 'allow' ? capability : `${capability}.${sub}`
    return [`${list} ${value}`, evidence.map(({ file, line }) => `${file}:${line}`).join(' ')]
  })
  return Object.fromEntries(lines) as Record<string, string>
}
const keys = (...args: Parameters<typeof inferred>): string[] => Object.keys(inferred(...args))
const bash = (text: string): string => `# Use\n\n\`\`\`bash\n${text}\n\`\`\`\n`

describe('instructions', () => {
  test('want nothing when they are only words and links', () => {
    expect(
      keys(
        'See https://example.com/docs and https://github.com/a/b. Run through the list, then node the result.',
      ),
    ).toEqual([])
  })

  test('want the programs of their shell blocks, with the line of each', () => {
    expect(
      inferred(bash('git status && gh pr view 7 | jq .title\nMODE=fast npm run build # done\n$(pandoc -v)')),
    ).toEqual({
      'terminal gh pr view **': 'SKILL.md:9',
      'terminal git status **': 'SKILL.md:9',
      'terminal npm run build **': 'SKILL.md:10',
      'terminal pandoc **': 'SKILL.md:11',
    })
  })

  test('want what follows a prompt, and not what it prints', () => {
    expect(keys('```console\n$ git log\ncommit abc by somebody\n```')).toEqual(['terminal git log **'])
  })

  test('want well-known programs of unmarked blocks and of inline code', () => {
    expect(keys('```\ngit push\nSome prose here\n```\nThen `gh pr create --fill` and `the thing`.')).toEqual([
      'terminal gh pr create **',
      'terminal git push',
    ])
  })

  test('keep the package of a runner and the verb of an installer', () => {
    expect(
      keys(
        bash(
          'npx -y cowsay@1.2.3 hi\nuvx ruff check\npip install -r r.txt\nbrew install jq\npython -m http.server',
        ),
      ),
    ).toEqual([
      'terminal brew install **',
      'terminal npx cowsay **',
      'terminal pip install **',
      'terminal python3 -m http.server **',
      'terminal uvx ruff **',
    ])
  })

  test('skip here-documents, comments, keywords, functions and plain text tools', () => {
    expect(
      keys(
        bash(
          'say_hi() { echo hi; }\nsay_hi now\nfor f in *.md; do cat "$f" | grep x | sort; done\ncat <<EOF\nrun git push now\nEOF\n# docker run x\nif true; then ls; fi',
        ),
      ),
    ).toEqual([])
  })

  test('want the hosts that a command contacts, not those of links and of examples', () => {
    expect(
      keys(
        bash(
          'curl -s "https://api.weather.gov/points" -H "Referer: https://other.org"\necho https://shown.org\ncurl https://api.example.com/x\ncurl http://localhost:3000\ncurl "https://$HOST/x"',
        ),
      ),
    ).toEqual(['terminal curl **', 'network api.weather.gov', 'network localhost:3000'])
  })

  test('tell secrets from variables', () => {
    expect(
      keys(
        bash(
          'export API_TOKEN=…\ncurl -H "Authorization: $SERVICE_API_KEY" https://api.service.dev\nexport REGION=eu\necho $HOME $LOCAL_THING',
        ),
      ),
    ).toEqual([
      'network api.service.dev',
      'env.optional REGION',
      'secrets API_TOKEN',
      'secrets SERVICE_API_KEY',
    ])
  })
})

describe('allowed-tools', () => {
  const tools = (value: string): string[] => keys('Text', {}, `${HEAD}\nallowed-tools: ${value}`)
  test.each([
    ['Bash(git:*) Read', ['terminal git **', 'filesystem.read ${project}/**']],
    ['Bash(git *), Write', ['terminal git **', 'filesystem.write ${work}/**']],
    ['["Bash(npm run test:*)", "WebFetch(domain:docs.rs)"]', ['terminal npm run test **', 'network docs.rs']],
    ['Bash(git status)', ['terminal git status']],
    ['Bash', ['terminal **']],
    ['WebFetch', ['network *']],
    ['mcp__github__create_issue mcp__linear', ['tools mcp:github/create_issue', 'tools mcp:linear/*']],
    ['Bash({baseDir}/scan.sh:*)', ['terminal scan.sh **']],
    ['terraform python', ['terminal python3 **', 'terminal terraform **']],
    ['Task TodoWrite AskUserQuestion', []],
    ['Bash(rm -rf $(pwd);*)', ['terminal rm -rf']],
  ])('%s', (value, expected) => expect(tools(value)).toEqual(expected))

  test('a bare Bash adds nothing to the commands that are known', () => {
    expect(keys(bash('git log'), {}, `${HEAD}\nallowed-tools: Bash`)).toEqual(['terminal git log **'])
  })
})

describe('scripts', () => {
  test('are run by what their first line or their ending says', () => {
    expect(
      keys('Text', {
        'scripts/a.py': 'import sys\nprint(sys.argv)',
        'scripts/b': '#!/usr/bin/env node\nconsole.log(1)',
        'scripts/c.sh': 'echo hi',
        'scripts/d.py': '#!/usr/bin/env -S uv run --script\nprint(1)',
      }),
    ).toEqual([
      'terminal bash scripts/c.sh **',
      'terminal node scripts/b **',
      'terminal python3 scripts/a.py **',
      'terminal uv run scripts/d.py **',
    ])
  })

  test('of one kind in one folder are one line', () => {
    const script = '#!/usr/bin/env python3\nprint(1)\n'
    const result = inferred(
      bash('python scripts/a.py x\npython "<path-to-skill>/scripts/b.py"\n${DIR}/scripts/c.py'),
      {
        'scripts/a.py': script,
        'scripts/b.py': script,
        'scripts/c.py': script,
        'scripts/__init__.py': '',
        'tests/test_a.py': script,
      },
    )
    expect(Object.keys(result)).toEqual(['terminal python3 scripts/*.py **'])
    expect(result['terminal python3 scripts/*.py **']).toContain('scripts/a.py:1')
  })

  test('show hosts, programs, variables, secrets and files', () => {
    const code = `#!/usr/bin/env python3
"""See https://docs.nowhere.org for more."""
import os, subprocess, requests
BASE = "https://api.linear.app/graphql"
# https://commented.org
KEY = os.environ["LINEAR_API_KEY"]
TEAM = os.environ.get("LINEAR_TEAM")
requests.post(BASE, headers={"User-Agent": "x https://agent.org"})
subprocess.run(["gh", "pr", "list"], check=True)
open(os.path.expanduser("~/.config/linear/cache.json"), "w")
print("https://shown.org")
`
    expect(inferred('Text', { 'scripts/a.py': code })).toEqual({
      'terminal gh pr list **': 'scripts/a.py:9',
      'terminal python3 scripts/a.py **': 'scripts/a.py:1',
      'filesystem.read ${project}/**': 'scripts/a.py:10',
      'filesystem.read ~/.config/linear/cache.json': 'scripts/a.py:10',
      'filesystem.write ${work}/**': 'scripts/a.py:10',
      'filesystem.write ~/.config/linear/cache.json': 'scripts/a.py:10',
      'network api.linear.app': 'scripts/a.py:4',
      'env.optional LINEAR_TEAM': 'scripts/a.py:7',
      'secrets LINEAR_API_KEY': 'scripts/a.py:6',
    })
  })

  test('show no host when nothing opens a connection', () => {
    expect(
      keys('Text', { 'scripts/a.js': '#!/usr/bin/env node\nconst NS = "https://data.somewhere.org/ns"\n' }),
    ).toEqual(['terminal node scripts/a.js **'])
  })

  test('of the shell show the variables that they do not set themselves', () => {
    expect(
      keys('Text', {
        'run.sh':
          '#!/bin/bash\nOUT=x\nMODE="${MODE:-fast}"\ncurl -s "$OUT" "${BASE_HOST:?}"\nhelper() { true; }\nhelper x\n',
      }),
    ).toEqual(['terminal bash run.sh **', 'terminal curl **', 'env.optional MODE', 'env.required BASE_HOST'])
  })

  test('that contact many hosts of one owner want the owner', () => {
    const urls = ['gmail', 'drive', 'calendar']
      .map((name) => `fetch("https://${name}.googleapis.com/v1")`)
      .join('\n')
    expect(keys('Text', { 'a.js': urls })).toEqual(['network *.googleapis.com'])
  })
})

test('the metadata of ClawHub names programs and variables', () => {
  const metadata =
    'metadata: {"openclaw":{"primaryEnv":"X_KEY","requires":{"bins":["ffmpeg","cat"],"env":["X_REGION"]}}}'
  expect(inferred('Text', {}, `${HEAD}\n${metadata}`)).toEqual({
    'terminal ffmpeg **': 'SKILL.md:4',
    'env.required X_REGION': 'SKILL.md:4',
    'secrets X_KEY': 'SKILL.md:4',
  })
})

test('hostile files neither throw nor take long', () => {
  const started = processorTime()
  keys(`${'`'.repeat(20_000)}\n${bash(`${'$('.repeat(5000)}x`)}${bash(`'${'a '.repeat(20_000)}`)}`, {
    'scripts/a.py': `${'subprocess.run(["'.repeat(2000)}\n${'open('.repeat(20_000)}`,
    'scripts/b.sh': `${'${A'.repeat(20_000)}\n${'cat <<E\n'.repeat(2000)}`,
    'scripts/c.js': `/*${'"""'.repeat(50_000)}`,
    'scripts/d.js': `$${' '.repeat(1990)}\n`.repeat(20),
    'scripts/e.sh': `${'sudo '.repeat(80_000)}\n${Array.from({ length: 6000 }, (_, i) => `tool${i}x --go`).join('\n')}`,
    'references/f.md': `\`\`\`${' '.repeat(400_000)}\``,
    'références/été ☃.py': '#!/usr/bin/env python3\n',
  })
  expect(processorTime() - started).toBeLessThan(5000)
})
