import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

// Makes one program of a few files out of what `tsc` built: loading two thousand modules one by one is half of what a
// short command costs.
const root = fileURLToPath(new URL('../../packages/cli/', import.meta.url))
const outDir = `${root}bundle`

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  plugins: [
    {
      name: 'own-places',
      enforce: 'pre',
      /** What a module names by its own place (threads, processes, SQL, pages) stays where `tsc` put it. */
      transform(code, id) {
        if (!id.endsWith('.js') || !code.includes('import.meta.url')) return null
        const place = JSON.stringify(relative(outDir, id))
        return code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`)
      },
    },
  ],
  ssr: {
    target: 'node',
    noExternal: true,
    // They look for compiled files and threads beside themselves.
    external: ['better-sqlite3', 'node-datachannel', 'utp-native', 'bufferutil', 'utf-8-validate', 'pino'],
  },
  build: {
    ssr: 'dist/main.js',
    outDir,
    rolldownOptions: {
      // Neither leaves calls that are made only for what they throw, as a `decodeURIComponent` in a `try`.
      treeshake: false,
      // All files beside each other: a module's own place is told from there.
      output: { minify: false, entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
})
