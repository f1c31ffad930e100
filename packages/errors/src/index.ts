/** The error type of all packages and the register of its codes; how long to wait after failures. */
export { backoff } from './backoff.ts'
export { type ErrorCode, type ErrorKind, errorCodes } from './codes.ts'
export { describeError, type ErrorDetails, isRepocastError, RepocastError, systemErrorCode } from './error.ts'
export { type Logger, silentLogger } from './logger.ts'
