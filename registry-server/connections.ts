// Which connections have a request under way. Node tells it of those that had one before, not of those that never had.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Connections {
  /** Ends those without a request at once, the others after the one that they have. */
  closeIdle(): void
}

/** Watches a server from its start on. */
export function watchConnections(server: Server): Connections {
  const open = new Map<Socket, number>()
  let isClosing = false
  const settle = (socket: Socket): void => {
    if (isClosing && open.get(socket) === 0) socket.destroySoon()
  }
  server.on('connection', (socket: Socket) => {
    open.set(socket, 0)
    socket.once('close', () => open.delete(socket))
    settle(socket)
  })
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    open.set(socket, (open.get(socket) ?? 0) + 1)
    response.once('close', () => {
      const count = open.get(socket)
      if (count === undefined) return
      open.set(socket, count - 1)
      settle(socket)
    })
  })
  return {
    closeIdle() {
      isClosing = true
      for (const socket of open.keys()) settle(socket)
    },
  }
}
