import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative, so that it works below any path that a reverse proxy puts in front.
  base: './',
  logLevel: 'warn',
  build: {
    outDir: 'dist',
    assetsDir: '_assets',
    // A data: address would need an exception in the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: [page('index.html'), page('agent.html')] },
  },
})
