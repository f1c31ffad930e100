/** What packages ask of a log: fields first, then one fixed sentence. A pino logger fulfils it. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Keeps nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
