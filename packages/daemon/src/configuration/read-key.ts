import { describeError, isRepocastError, RepocastError } from '@repocast/errors'

/**
 * What `read` makes of the value of a key, for values that a schema cannot check.
 * @param hint unless what `read` throws has one
 * @throws RepocastError REPOCAST_CONFIGURATION_WRONG in place of what `read` throws
 */
export function readKey<T>(file: string, key: string, read: () => T, hint?: string): T {
  try {
    return read()
  } catch (cause) {
    throw new RepocastError('REPOCAST_CONFIGURATION_WRONG', {
      message: `${file}: ${key}: ${describeError(cause)}`,
      hint: isRepocastError(cause) ? cause.hint : hint,
      cause,
    })
  }
}

/** `readKey` of a list of networks. */
export function readNetworks<T>(file: string, key: string, read: () => T): T {
  return readKey(file, key, read, 'write addresses, or networks such as 10.20.0.0/16 or 2001:db8::/32')
}
