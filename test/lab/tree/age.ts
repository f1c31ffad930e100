import { runCommand } from '../run/command.ts'

/**
 * Sets the mtimes of everything in `directory` one minute back. Without it, a repository that is updated in the
 * second in which it was made would be unchanged for every client that asks by If-Modified-Since.
 */
export async function makeOlder(directory: string): Promise<void> {
  await runCommand('find', [directory, '-exec', 'touch', '--no-dereference', '--date=1 minute ago', '{}', '+'])
}
