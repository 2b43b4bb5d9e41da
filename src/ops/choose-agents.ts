// The agents that a scope links to: those named now, those of skills.json, or at first those that the user picks.
import { type Agent, AGENTS, agentDir, detectAgents } from '../link/agents.ts'
import type { Io } from './io.ts'
import type { Workspace } from './workspace.ts'

interface Choice {
  /** Named on the command line. */
  readonly wanted: readonly Agent[] | undefined
  readonly yes: boolean
  readonly workspace: Workspace
  readonly io: Io
}

/** Ids, without repetition. Nobody is asked twice: skills.json with `agents` is the answer. */
export async function chooseAgents({ wanted, yes, workspace, io }: Choice): Promise<readonly string[]> {
  const { project, scope } = workspace
  if (wanted) return [...new Set([...(project.agents ?? []), ...wanted.map((agent) => agent.id)])]
  if (project.agents) return project.agents
  const detected = detectAgents(io.settings, scope.root, scope.kind)
  if (!io.ask || yes) return detected
  const choices = [...AGENTS.values()].filter(
    (agent) => agentDir(agent, scope.kind, io.settings) !== undefined,
  )
  return io.ask.chooseAgents(
    choices.map((agent) => ({ id: agent.id, label: agent.label, detected: detected.includes(agent.id) })),
  )
}
