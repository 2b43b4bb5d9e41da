// The files of a project that steer what others do there. `${work}` is the project without them. Pure.
import { pathsMeet } from './glob-meet.ts'

/**
 * Written by somebody else, they change what git, tools, agents and this program do next in the project. In a folder
 * of the project the same names steer that folder alone. Hidden files and folders are settings: of git, its hooks, CI,
 * editors, shells and agents.
 */
const STEERING = `
  .* .*/** skills.json skills.lock skills/** data/skills/** agent/** agents/** hooks/** node_modules/**
  AGENTS*.md CLAUDE*.md GEMINI*.md SKILL.md SOUL.md MEMORY.md TOOLS.md CONVENTIONS.md promptscript.yaml mcp.json
  package.json package-lock.json pnpm-*.yaml yarn.lock composer.json *.config.js *.config.ts *.config.mjs *.config.cjs
  setup.py setup.cfg pyproject.toml requirements*.txt conftest.py sitecustomize.py noxfile.py tox.ini
  Gemfile Rakefile *.gemspec build.rs Cargo.toml go.mod Makefile GNUmakefile *.mk CMakeLists.txt justfile Taskfile.y*ml
  build.gradle* pom.xml gradlew* *.csproj *.sln flake.nix Jenkinsfile Dockerfile* Containerfile* docker-compose*
  compose*.y*ml Vagrantfile Procfile *.tf azure-pipelines* appveyor.yml bitbucket-pipelines.yml *.code-workspace`
  .trim()
  .split(/\s+/)

/** True when a glob below the project's root can match one of them. */
export function meetsSteering(below: string): boolean {
  return STEERING.some((pattern) => pathsMeet(below, pattern))
}
