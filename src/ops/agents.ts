// The agents this program knows, which are present, and where each looks for skills. Writes nothing.
import { AGENTS, agentDir, detectAgents } from '../link/agents.ts'
import { loadProject } from '../lock/file.ts'
import type { Io, ScopeRequest } from './io.ts'
import { findScope } from './scope.ts'

export interface AgentsResult {
  readonly agents: readonly {
    readonly id: string
    readonly label: string
    readonly detected: boolean
    /** In skills.json of this scope. */
    readonly selected: boolean
    readonly project: string
    readonly global?: string
  }[]
}

export async function agents(request: ScopeRequest, { settings }: Io): Promise<AgentsResult> {
  const scope = findScope(settings, request.global)
  const selected = new Set(loadProject(scope.projectFile)?.agents)
  const detected = new Set(detectAgents(settings, scope.root, scope.kind))
  return {
    agents: [...AGENTS.values()].map((agent) => {
      const { id, label, project } = agent
      const global = agentDir(agent, 'global', settings)
      return {
        id,
        label,
        detected: detected.has(id),
        selected: selected.has(id),
        project,
        ...(global !== undefined && { global }),
      }
    }),
  }
}
