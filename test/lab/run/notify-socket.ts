import { join } from 'node:path'
import type { Lab } from '../lab.ts'
import { type LabProcess, startProcess } from './process.ts'

// Node has no datagram sockets of the Unix domain. Each message becomes one line, its fields divided by blanks.
const receiver = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 65536, 4)
    for fd in fds: socket.close(fd)
    text = data.decode().replace(chr(10), ' | ')
    print(text, flush=True)
`

/** What systemd listens on for the messages of a service; they are in the log of the process. */
export async function openNotifySocket(lab: Lab): Promise<{ readonly path: string; readonly process: LabProcess }> {
  const path = join(lab.newDirectory('run'), 'notify')
  const process = await startProcess(lab, '/usr/bin/python3', ['-c', receiver, path], { name: 'notify-socket' })
  await process.waitForOutput(/listening/)
  return { path, process }
}
