import type { Host } from './deployment.ts'
import type { Lab } from './lab.ts'
import { runCommand } from './run/command.ts'

/** Two hosts of their own, network namespaces that are joined by one cable and nothing else. Needs root. */
export interface Wire {
  readonly hosts: readonly [Host, Host]
  /** Bytes that the second host has received over the cable so far, with all headers. */
  receivedBytes(): Promise<number>
}

let count = 0

export async function layWire(lab: Lab): Promise<Wire> {
  count += 1
  const names = [0, 1].map(k => `rc${process.pid}-${count}-${k}`) as [string, string]
  const devices = [0, 1].map(k => `rc${process.pid % 10_000}v${count}${k}`) as [string, string]
  const hosts = names.map((name, k): Host => ({ address: `10.77.0.${k + 1}`, through: ['ip', 'netns', 'exec', name] }))
  for (const name of names) {
    await runCommand('ip', ['netns', 'add', name])
    lab.onClose(async () => await runCommand('ip', ['netns', 'del', name]))
  }
  await runCommand('ip', [
    'link',
    'add',
    devices[0],
    'netns',
    names[0],
    'type',
    'veth',
    'peer',
    'name',
    devices[1],
    'netns',
    names[1],
  ])
  for (const [k, name] of names.entries()) {
    await runCommand('ip', ['-n', name, 'addr', 'add', `10.77.0.${k + 1}/24`, 'dev', devices[k] ?? ''])
    for (const device of ['lo', devices[k] ?? '']) await runCommand('ip', ['-n', name, 'link', 'set', device, 'up'])
  }
  return {
    hosts: hosts as [Host, Host],
    async receivedBytes() {
      const path = `/sys/class/net/${devices[1]}/statistics/rx_bytes`
      return Number((await runCommand('ip', ['netns', 'exec', names[1], 'cat', path])).stdout)
    },
  }
}
