import { fileURLToPath } from 'node:url'

/** Directory of the dashboard as Vite built it. */
export const pagesDirectory = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url))
