import { join } from 'node:path'
import type { Lab } from './lab.ts'
import { runCommand, tryCommand } from './run/command.ts'

/** A small filesystem of its own that a test may fill up or make read-only. */
export interface SmallDisk {
  readonly directory: string
  /** Takes up all but so many bytes. */
  fill(leaveBytes: number): Promise<void>
  /** Gives back what `fill` took. */
  free(): Promise<void>
  resize(bytes: number): Promise<void>
  /** Read-only only while nobody has a file open for writing. */
  setWritable(isWritable: boolean): Promise<void>
}

/** Whether this process may mount; without it such a test can only say that it was not made. */
export function mayMount(): boolean {
  return process.getuid?.() === 0
}

/** Mounts a tmpfs for the lab. @throws Error when that is not allowed */
export async function mountSmallDisk(lab: Lab, bytes: number): Promise<SmallDisk> {
  const directory = lab.newDirectory('disk')
  await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'repocast-lab', directory])
  lab.onClose(async () => await runCommand('umount', ['-l', directory]))
  const filler = join(directory, 'filler')
  const remount = async (option: string): Promise<void> => {
    await runCommand('mount', ['-o', `remount,${option}`, directory])
  }
  return {
    directory,
    async fill(leaveBytes) {
      const { stdout } = await runCommand('stat', ['-f', '-c', '%a %S', directory])
      const [blocks = 0, size = 0] = stdout.trim().split(' ').map(Number)
      // Others write meanwhile: that it is full is what was wanted.
      await tryCommand('sh', ['-c', `head -c ${Math.max(0, blocks * size - leaveBytes)} /dev/zero > "${filler}"`])
    },
    async free() {
      await runCommand('rm', ['-f', filler])
    },
    resize: async size => await remount(`size=${size}`),
    setWritable: async isWritable => await remount(isWritable ? 'rw' : 'ro'),
  }
}
