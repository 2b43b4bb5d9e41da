/**
 * Milliseconds of processor time that this process has used. What must not grow faster than its input is held to a
 * generous bound of it: what else a machine does is not the work's fault, and only a blow-up is to be caught.
 */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
