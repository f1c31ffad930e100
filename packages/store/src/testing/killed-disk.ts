/** Calls that change the disk until the process is "killed"; undefined: never. And how many there were. */
export const kill = { after: undefined as number | undefined, calls: 0 }

const changing = [
  'chmodSync',
  'utimesSync',
  'lutimesSync',
  'linkSync',
  'unlinkSync',
  'mkdirSync',
  'rmdirSync',
  'symlinkSync',
  'renameSync',
  'copyFileSync',
]

/** node:fs whose calls that change the disk, and `others`, throw from the moment of the kill on; for `vi.mock`. */
export function killable(fs: Record<string, unknown>, others: readonly string[] = []): Record<string, unknown> {
  const wrap = (name: string) => {
    const real = fs[name] as (...values: unknown[]) => unknown
    return (...values: unknown[]) => {
      kill.calls += 1
      if (kill.after !== undefined && kill.calls > kill.after) throw new Error('killed')
      return real(...values)
    }
  }
  return { ...fs, ...Object.fromEntries([...changing, ...others].map(name => [name, wrap(name)])) }
}
