import { parseDuration } from '@repocast/daemon'

/** For options that take a duration, in seconds. @throws Error, which yargs tells as a wrong command line */
export function duration(option: string): (text: string) => number {
  return text => {
    try {
      return parseDuration(text)
    } catch (cause) {
      throw new Error(`${option} takes a whole number and a unit, such as 90s, 10m or 48h`, { cause })
    }
  }
}
