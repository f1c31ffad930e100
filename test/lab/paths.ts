import { fileURLToPath } from 'node:url'

/** Top directory of the checkout. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Where downloads and built packages are kept between runs; nothing in it is precious. */
export const cacheDirectory = `${checkout}/.cache`
